/// Digests of whole byte strings.
public enum Digest {
    /// The digest of `bytes` by `algorithm`.
    ///
    /// - Throws: `.unavailableAlgorithm` where OpenSSL's configuration forbids it (MD5 and SHA-1 in FIPS mode).
    public static func hash(_ bytes: [UInt8], with algorithm: DigestAlgorithm) throws(OpenSSLError) -> [UInt8] {
        var result = Result<[UInt8], OpenSSLError>.success([])
        bytes.withUnsafeBytes { buffer in
            do throws(OpenSSLError) {
                result = .success(try algorithm.fetched.hash(buffer))
            } catch {
                result = .failure(error)
            }
        }
        return try result.get()
    }

    /// The 16 bytes of the MD5 digest.
    public static func md5(_ bytes: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        try self.hash(bytes, with: .md5)
    }

    /// The 20 bytes of the SHA-1 digest.
    public static func sha1(_ bytes: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        try self.hash(bytes, with: .sha1)
    }

    /// The 32 bytes of the SHA-256 digest.
    public static func sha256(_ bytes: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        try self.hash(bytes, with: .sha256)
    }
}
