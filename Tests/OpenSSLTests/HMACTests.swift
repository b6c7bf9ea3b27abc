import OpenSSL
import Testing

@Suite struct HMACTests {
    /// RFC 4231 and RFC 2202 share their first cases.
    private static let long = [UInt8](repeating: 0xAA, count: 131)

    @Test func `HMAC-SHA-256 agrees with RFC 4231`() throws {
        let first = try HMAC(.sha256, key: [UInt8](repeating: 0x0B, count: 20))
        #expect(
            Hex.encode(try first.code(for: Array("Hi There".utf8)))
                == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        )
        let second = try HMAC(.sha256, key: Array("Jefe".utf8))
        #expect(
            Hex.encode(try second.code(for: Array("what do ya want for nothing?".utf8)))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        )
        let sixth = try HMAC(.sha256, key: Self.long)
        #expect(
            Hex.encode(try sixth.code(for: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8)))
                == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        )
    }

    @Test func `HMAC-SHA-1 agrees with RFC 2202`() throws {
        let first = try HMAC(.sha1, key: [UInt8](repeating: 0x0B, count: 20))
        #expect(Hex.encode(try first.code(for: Array("Hi There".utf8))) == "b617318655057264e28bc0b6fb378c8ef146be00")
        let second = try HMAC(.sha1, key: Array("Jefe".utf8))
        let code = try second.code(for: Array("what do ya want for nothing?".utf8))
        #expect(Hex.encode(code) == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
    }

    @Test func `an empty key and an empty message have a code`() throws {
        let hmac = try HMAC(.sha256, key: [])
        #expect(
            Hex.encode(try hmac.code(for: [])) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
        )
    }

    @Test func `a key serves any number of codes on any number of tasks`() async throws {
        let hmac = try HMAC(.sha256, key: [1, 2, 3])
        let expected = try hmac.code(for: [4, 5])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<32 {
                group.addTask {
                    for _ in 0..<100 where try hmac.code(for: [4, 5]) != expected { Issue.record("another code") }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `only the exact code is valid`() throws {
        let hmac = try HMAC(.sha256, key: [1])
        var code = try hmac.code(for: [2])
        #expect(try hmac.isValid(code, for: [2]))
        #expect(try !hmac.isValid(code, for: [3]))
        #expect(try !hmac.isValid(Array(code.dropLast()), for: [2]))
        code[31] ^= 1
        #expect(try !hmac.isValid(code, for: [2]))
    }
}
