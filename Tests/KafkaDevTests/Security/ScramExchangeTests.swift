import Foundation
import TestKit
import Testing

@testable import KafkaDev

@Suite struct ScramExchangeTests {
    private static let users = SASLUsers(
        passwords: ["alice": "wonderland", "a,b=c": "p\u{e4}ss:w\u{f6}rd"],
        hashes: [.sha256, .sha512]
    )

    private func exchange(_ hash: ScramHash) -> ScramExchange {
        ScramExchange(hash) { Self.users.credential(of: $0, hash: hash) }
    }

    /// The server's answer, as text.
    private func text(_ step: SASLExchange.Step) -> String {
        switch step {
        case .challenge(let bytes), .success(let bytes, _): String(decoding: bytes, as: UTF8.self)
        }
    }

    @Test func `the example of RFC 7677 comes out byte by byte`() throws {
        let salt = Array(try #require(Data(base64Encoded: "W22ZaJ0SNY7soEsUEjb6gQ==")))
        let credential = ScramCredential(password: Array("pencil".utf8), salt: salt, hash: .sha256)
        var exchange = ScramExchange(.sha256, nonce: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0") { _ in credential }
        let challenge = try exchange.respond(to: "n,,n=user,r=rOprNGfwEbeRWgbNEkqO")
        let nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
        #expect(self.text(challenge) == "r=\(nonce),s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")
        let proof = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        let success = try exchange.respond(to: "c=biws,r=\(nonce),p=\(proof)")
        #expect(success == .success(Array("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".utf8), user: "user"))
    }

    @Test func `the key derivation of SHA-512 is PBKDF2`() {
        let once = ScramHash.sha512.saltedPassword(Array("password".utf8), salt: Array("salt".utf8), iterations: 1)
        #expect(once.prefix(8) == [0x86, 0x7f, 0x70, 0xcf, 0x1a, 0xde, 0x02, 0xcf])
        #expect(once.suffix(4) == [0x60, 0xa5, 0x7f, 0xce])
        let often = ScramHash.sha512.saltedPassword(Array("password".utf8), salt: Array("salt".utf8), iterations: 4_096)
        #expect(often.prefix(8) == [0xd1, 0x97, 0xb1, 0xb3, 0x3d, 0xb0, 0x14, 0x3e])
    }

    @Test(arguments: [ScramHash.sha256, .sha512], ["n,,", "y,,", "n,a=alice,"])
    func `the right password passes, and the server proves that it knows it too`(
        hash: ScramHash,
        header: String
    ) throws {
        let client = ScramClient(hash: hash, name: "alice", password: "wonderland", header: header)
        var exchange = self.exchange(hash)
        let (message, expected) = client.final(self.text(try exchange.respond(to: client.first)))
        #expect(try exchange.respond(to: message) == .success(Array(expected.utf8), user: "alice"))
        #expect(throws: ScramExchange.Refusal.malformed) { try exchange.respond(to: message) }
    }

    @Test func `commas and equals signs in a name, and letters beyond ASCII in a password`() throws {
        let client = ScramClient(hash: .sha256, name: "a,b=c", password: "p\u{e4}ss:w\u{f6}rd")
        var exchange = self.exchange(.sha256)
        let (message, expected) = client.final(self.text(try exchange.respond(to: client.first)))
        #expect(try exchange.respond(to: message) == .success(Array(expected.utf8), user: "a,b=c"))
    }

    @Test(arguments: [("alice", "Wonderland"), ("alice", ""), ("nobody", "wonderland")])
    func `a wrong password and an unknown user are refused alike, after the same messages`(
        name: String,
        password: String
    ) throws {
        let client = ScramClient(hash: .sha256, name: name, password: password)
        var exchange = self.exchange(.sha256)
        let challenge = self.text(try exchange.respond(to: client.first))
        #expect(challenge.hasSuffix(",i=4096"))
        let (message, _) = client.final(challenge)
        #expect(throws: ScramExchange.Refusal.credentials) { try exchange.respond(to: message) }
    }

    @Test func `a user who does not exist has the same salt each time, as others have, and no two users the same`() {
        let salts = ["alice", "nobody", "somebody"].map { name in
            let first = Self.users.credential(of: name, hash: .sha256)
            #expect(first == Self.users.credential(of: name, hash: .sha256))
            #expect(first.salt.count == SASLUsers.saltBytes)
            return first.salt
        }
        #expect(Set(salts).count == 3)
    }

    @Test func `a nonce that is not the server's is refused, and each exchange has another`() throws {
        let client = ScramClient(hash: .sha256, name: "alice", password: "wonderland")
        var (first, second) = (self.exchange(.sha256), self.exchange(.sha256))
        let challenge = self.text(try first.respond(to: client.first))
        #expect(self.text(try second.respond(to: client.first)) != challenge)
        for nonce in ["client-nonce", "", "client-nonce12345"] {
            var exchange = self.exchange(.sha256)
            let (message, _) = client.final(self.text(try exchange.respond(to: client.first)), nonce: nonce)
            #expect(throws: ScramExchange.Refusal.malformed) { try exchange.respond(to: message) }
        }
        // What was recorded in one exchange is of no use in another.
        let (message, _) = client.final(challenge)
        #expect(throws: ScramExchange.Refusal.malformed) { try second.respond(to: message) }
    }

    @Test func `the client's nonce may stand twice, as librdkafka sends it`() throws {
        let client = ScramClient(hash: .sha256, name: "alice", password: "wonderland")
        var exchange = self.exchange(.sha256)
        let challenge = self.text(try exchange.respond(to: client.first))
        let nonce = client.nonce + challenge.dropFirst(2).prefix { $0 != "," }
        let (message, expected) = client.final(challenge, nonce: nonce)
        #expect(try exchange.respond(to: message) == .success(Array(expected.utf8), user: "alice"))
    }

    @Test(arguments: [
        "", ",", "n,,", "n,,n=alice", "n,,r=x,n=alice", "p=tls-unique,,n=alice,r=x", "n,,m=x,n=alice,r=x",
        "n,,n=,r=x", "n,,n=alice,r=", "n,,n=a=2c,r=x", "n,,n=a=,r=x", "x,,n=alice,r=x", "n,,n=alice,r=a b",
        "n,b=alice,n=alice,r=x",
    ])
    func `a first message that breaks the rules is refused`(message: String) {
        var exchange = self.exchange(.sha256)
        #expect(throws: ScramExchange.Refusal.malformed) { try exchange.respond(to: message) }
    }

    @Test func `who wants to act for another is refused`() {
        var exchange = self.exchange(.sha256)
        #expect(throws: ScramExchange.Refusal.credentials) { try exchange.respond(to: "n,a=bob,n=alice,r=x") }
    }

    @Test(arguments: FuzzBudget.seeds) func `damaged messages never pass and never trap`(seed: Seed) throws {
        var random = seed.generator()
        let client = ScramClient(hash: .sha256, name: "alice", password: "wonderland")
        for _ in 0..<FuzzBudget.inputs(usual: 10) {
            var exchange = self.exchange(.sha256)
            var message = Array(client.final(self.text(try exchange.respond(to: client.first))).message.utf8)
            // The last letter before the padding has bits that do not count.
            let index = Int.random(in: 0..<message.count - 2, using: &random)
            message[index] ^= UInt8.random(in: 1...15, using: &random)
            let damaged = String(decoding: message, as: UTF8.self)
            #expect(throws: ScramExchange.Refusal.self, "\(seed): \(damaged)") { try exchange.respond(to: damaged) }
            let garbage = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                UInt8.random(in: .min ... .max, using: &random)
            }
            for mechanism in KafkaDevSASL.Mechanism.allCases {
                var exchange = SASLExchange(mechanism, users: Self.users)
                #expect(throws: SASLFailure.self, "\(seed)") { try exchange.respond(to: garbage) }
            }
        }
    }
}
