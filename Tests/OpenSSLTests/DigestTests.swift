import OpenSSL
import Testing

@Suite struct DigestTests {
    @Test(arguments: [
        // RFC 1321, A.5
        ("", "d41d8cd98f00b204e9800998ecf8427e"), ("abc", "900150983cd24fb0d6963f7d28e17f72"),
        ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
    ])
    func `MD5 agrees with RFC 1321`(text: String, digest: String) throws {
        #expect(Hex.encode(try Digest.md5(Array(text.utf8))) == digest)
    }

    @Test(arguments: [
        // RFC 3174, 7.3
        ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
        ),
        ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    ])
    func `SHA-1 agrees with RFC 3174`(text: String, digest: String) throws {
        #expect(Hex.encode(try Digest.sha1(Array(text.utf8))) == digest)
    }

    @Test(arguments: [
        // RFC 6234, 8.5
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ])
    func `SHA-256 agrees with RFC 6234`(text: String, digest: String) throws {
        #expect(Hex.encode(try Digest.sha256(Array(text.utf8))) == digest)
    }

    @Test func `a million bytes give the digest of RFC 6234`() throws {
        let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        let digest = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        #expect(Hex.encode(try Digest.sha256(bytes)) == digest)
    }

    @Test func `many tasks at once get their own digests`() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<64 {
                group.addTask {
                    let bytes = Array("\(task)".utf8)
                    let expected = try Digest.sha256(bytes)
                    for _ in 0..<200 where try Digest.sha256(bytes) != expected { Issue.record("task \(task)") }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test(arguments: [DigestAlgorithm.md5, .sha1, .sha256]) func `a digest has the length of its algorithm`(
        algorithm: DigestAlgorithm
    ) throws {
        #expect(try Digest.hash([1, 2, 3], with: algorithm).count == algorithm.byteCount)
    }
}
