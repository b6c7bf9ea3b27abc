import IMProtocol
import OpenSSL
import TestKit
import Testing

@testable import IMServices

@Suite struct LoginTokenTests {
    private static let secret = "openIM123"
    private static let now: Int64 = 1_700_000_000
    private static let token = LoginToken(
        userID: "u1",
        platformID: 1,
        expiresAt: 1_707_776_000,
        issuedAt: 1_699_999_995
    )
    /// What OpenIM v3.8 issues for `token`.
    private static let text =
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
        + "eyJVc2VySUQiOiJ1MSIsIlBsYXRmb3JtSUQiOjEsImV4cCI6MTcwNzc3NjAwMCwiaWF0IjoxNjk5OTk5OTk1fQ."
        + "DbURBgBuC6MzmMwfNPqe3X1v384oqQFYUFr0VJpol-U"

    private func key(_ secret: String = secret) throws -> HMAC {
        try HMAC(.sha256, key: Array(secret.utf8))
    }

    /// A token made of any header and claims, signed with the right key.
    private func signed(_ claims: String, header: String = #"{"alg":"HS256","typ":"JWT"}"#) throws -> String {
        let input = "\(Base64URL.encode(Array(header.utf8))).\(Base64URL.encode(Array(claims.utf8)))"
        return "\(input).\(Base64URL.encode(try self.key().code(for: Array(input.utf8))))"
    }

    /// The error code that `text` is refused with; 0 when it is accepted.
    private func code(_ text: String, now: Int64 = now, secret: String = secret) throws -> Int32 {
        do {
            _ = try LoginToken(verifying: text, key: try self.key(secret), now: now)
            return 0
        } catch let error as IMError {
            return error.code
        }
    }

    @Test func `the published token is issued byte by byte`() throws {
        #expect(try Self.token.signed(with: self.key()) == Self.text)
    }

    @Test func `the published token is read`() throws {
        #expect(try LoginToken(verifying: Self.text, key: self.key(), now: Self.now) == Self.token)
    }

    @Test func `another secret is refused`() throws {
        #expect(try self.code(Self.text, secret: "openIM124") == 1505)
        #expect(try self.code(Self.text, secret: "") == 1505)
    }

    @Test(arguments: [
        (Int64(1_699_999_994), Int32(1505)), (1_699_999_995, 0), (1_707_775_999, 0), (1_707_776_000, 1501),
        (.max, 1501), (0, 1505),
    ])
    func `a token is valid from its issue until just before its end`(now: Int64, code: Int32) throws {
        #expect(try self.code(Self.text, now: now) == code)
    }

    @Test func `an expired token with a wrong signature is a wrong signature`() throws {
        #expect(try self.code(String(Self.text.dropLast()) + "0", now: .max) != 1501)
        #expect(try self.code(Self.text, now: .max, secret: "x") == 1505)
    }

    @Test(arguments: [
        (#"{"UserID":"u","PlatformID":1,"exp":1700000100,"nbf":1700000001}"#, Int32(1504)),
        (#"{"UserID":"u","PlatformID":1,"exp":1700000100,"nbf":1700000000}"#, 0),
        (#"{"UserID":"u","PlatformID":1,"exp":1700000100,"iat":1700000001}"#, 1505),
        (#"{"UserID":"u","PlatformID":1,"exp":1700000100,"iat":1700000000}"#, 0),
        (#"{"UserID":"u","PlatformID":1,"exp":1700000100}"#, 0),
        (#"{"UserID":"u","PlatformID":1,"exp":1700000000.9}"#, 1501),
        (#"{"UserID":"u","PlatformID":1,"exp":1700000001.5,"iat":1.7e9}"#, 0),
        (#"{"exp":1700000100,"more":[{}],"PlatformID":1,"UserID":""}"#, 0),
    ])
    func `claims of other issuers are checked too`(claims: String, code: Int32) throws {
        #expect(try self.code(try self.signed(claims)) == code)
    }

    @Test(arguments: [
        "{}", "[]", "null", "", "x", #"{"UserID":1,"PlatformID":1,"exp":1700000100}"#,
        #"{"UserID":"u","PlatformID":"1","exp":1700000100}"#, #"{"UserID":"u","PlatformID":1,"exp":"1700000100"}"#,
        #"{"UserID":"u","PlatformID":4294967297,"exp":1700000100}"#, #"{"UserID":"u","PlatformID":1,"exp":1e400}"#,
        #"{"UserID":"u","PlatformID":1,"exp":99999999999999999999}"#, #"{"UserID":"u","PlatformID":1}"#,
    ])
    func `claims that are no login are malformed`(claims: String) throws {
        #expect(try self.code(try self.signed(claims)) == 1503)
    }

    @Test(arguments: [
        (#"{"alg":"none","typ":"JWT"}"#, Int32(1505)), (#"{"alg":"None"}"#, 1505),
        (#"{"alg":"HS512","typ":"JWT"}"#, 1505),
        (#"{"alg":"HS384"}"#, 1505), (#"{"alg":"RS256"}"#, 1505), (#"{"alg":"hs256"}"#, 1505),
        (#"{"typ":"JWT"}"#, 1505),
        (#"{"alg":null}"#, 1505), (#"{"alg":["HS256"]}"#, 1505), (#"{"alg":"HS256"}"#, 0), ("[]", 1503), ("x", 1503),
    ])
    func `only the one algorithm is accepted, also with the right key`(header: String, code: Int32) throws {
        let claims = #"{"UserID":"u","PlatformID":1,"exp":1700000100}"#
        #expect(try self.code(try self.signed(claims, header: header)) == code)
    }

    @Test func `an unsigned token is refused`() throws {
        let parts = Self.text.split(separator: ".")
        let header = Base64URL.encode(Array(#"{"alg":"none"}"#.utf8))
        #expect(try self.code("\(header).\(parts[1]).") == 1505)
        #expect(try self.code("\(parts[0]).\(parts[1]).") == 1505)
    }

    @Test(arguments: [
        "", ".", "..", "...", "a.b.c", "a.b", "a.b.c.d", "éé.é.é", "eyJhbGciOiJIUzI1NiJ9", " ", "\u{0}.\u{0}.\u{0}",
    ])
    func `what is no token is malformed`(text: String) throws {
        #expect(try self.code(text) == 1503)
    }

    @Test func `changing any character of a token breaks it`() throws {
        let characters = Array(Self.text)
        for index in characters.indices {
            var changed = characters
            changed[index] = characters[index] == "A" ? "B" : "A"
            #expect(try self.code(String(changed)) != 0, "position \(index)")
        }
        for index in characters.indices {
            var shorter = characters
            shorter.remove(at: index)
            #expect(try self.code(String(shorter)) != 0, "without position \(index)")
        }
        for suffix in ["=", ".", " ", "\n", "A", ".A"] { #expect(try self.code(Self.text + suffix) != 0) }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `any login survives being issued and read`(seed: Seed) throws {
        var random = seed.generator()
        let pieces = ["a", "_", "é", "用", "😀", "\"", "\\", "<", "&", "\u{2028}", "\n", "\u{0}", "/"]
        let key = try self.key()
        for _ in 0..<200 {
            let count = Int.random(in: 0...8, using: &random)
            let token = LoginToken(
                userID: (0..<count).compactMap { _ in pieces.randomElement(using: &random) }.joined(),
                platformID: .random(in: .min ... .max, using: &random),
                expiresAt: .random(in: Self.now + 1 ... .max, using: &random),
                issuedAt: .random(in: .min...Self.now, using: &random)
            )
            let text = try token.signed(with: key)
            #expect(try LoginToken(verifying: text, key: key, now: Self.now) == token, "\(seed)")
            #expect(try token.signed(with: key) == text, "\(seed)")
        }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `garbage is refused with a token error and never traps`(seed: Seed) throws {
        var random = seed.generator()
        let alphabet = Array("ABCxyz019-_.={}\":,é ")
        for _ in 0..<2000 {
            var text = Array(Self.text)
            for _ in 0..<Int.random(in: 1...4, using: &random) where !text.isEmpty {
                let index = Int.random(in: 0..<text.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: text[index] = alphabet.randomElement(using: &random) ?? "A"
                case 1: text.remove(at: index)
                case 2: text.insert(alphabet.randomElement(using: &random) ?? "A", at: index)
                default: text.removeSubrange(index...)
                }
            }
            let mutated = String(text)
            guard mutated != Self.text else { continue }
            let code = try self.code(mutated)
            #expect([1503, 1505].contains(code), "\(seed): \(mutated) gave \(code)")
        }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `signed garbage is refused or read but never traps`(seed: Seed) throws {
        var random = seed.generator()
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"UserID\"", "\"PlatformID\"", "\"exp\"", "\"iat\"", "\"nbf\"", "\"u\"", "1",
            "1700000100", "-1", "1e999", "1e18", "0.5", "null", "true", "9223372036854775807", "-9223372036854775808",
        ]
        for _ in 0..<1000 {
            let count = Int.random(in: 0...16, using: &random)
            let claims = (0..<count).compactMap { _ in pieces.randomElement(using: &random) }.joined()
            let code = try self.code(try self.signed(claims))
            #expect([0, 1501, 1503, 1504, 1505].contains(code), "\(seed): \(claims)")
        }
    }
}
