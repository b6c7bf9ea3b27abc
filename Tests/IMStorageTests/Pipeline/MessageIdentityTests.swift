import OpenSSL
import TestKit
import Testing

@testable import IMStorage

@Suite struct MessageIdentityTests {
    private func identity(_ conversation: String, _ sender: String, _ client: String) throws -> MessageIdentity {
        try MessageIdentity(conversationID: conversation, sendID: sender, clientMsgID: client)
    }

    @Test func `it is the first half of the digest of the parts with zero bytes between them`() throws {
        let digest = try Digest.sha256(Array("si_u1_u2\u{0}u1\u{0}c1".utf8))
        #expect(try self.identity("si_u1_u2", "u1", "c1").bytes == Array(digest.prefix(16)))
    }

    @Test func `a fixed message keeps its identity for ever`() throws {
        let hex = Hex.encode(try self.identity("si_u1_u2", "u1", "c1").bytes)
        #expect(hex == "b4ebc363512298fe167b29ad9527f043")
    }

    @Test func `moving the border between parts makes another message`() throws {
        let identities = [
            try self.identity("ab", "c", "d"), try self.identity("a", "bc", "d"), try self.identity("a", "b", "cd"),
            try self.identity("abcd", "", ""), try self.identity("", "", "abcd"),
        ]
        #expect(Set(identities).count == identities.count)
    }

    @Test func `the same letters in another form are another message`() throws {
        #expect(try self.identity("c", "\u{e9}", "m") != self.identity("c", "e\u{301}", "m"))
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `sixteen bytes come back as they were`(seed: Seed) throws {
        var random = seed.generator()
        for _ in 0..<200 {
            let bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(try #require(MessageIdentity(bytes: bytes)).bytes == bytes, "\(seed)")
        }
    }

    @Test(arguments: [0, 1, 15, 17, 32]) func `another number of bytes is no identity`(count: Int) {
        #expect(MessageIdentity(bytes: [UInt8](repeating: 1, count: count)) == nil)
    }
}
