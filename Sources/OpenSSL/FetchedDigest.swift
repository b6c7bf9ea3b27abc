import COpenSSL
import Synchronization

/// An `EVP_MD` that was fetched once for the life of the process, with contexts to reuse.
final class FetchedDigest: Sendable {
    /// Unchecked: a fetched `EVP_MD` is immutable and may be used by all threads (OpenSSL manual, EVP_MD_fetch).
    private struct Algorithm: @unchecked Sendable {
        let raw: OpaquePointer
    }

    /// Unchecked: an `EVP_MD_CTX` is not thread safe, but it is in the pool or with one user, never both.
    private struct Context: @unchecked Sendable {
        let raw: OpaquePointer
    }

    static let md5 = FetchedDigest(.md5)
    static let sha1 = FetchedDigest(.sha1)
    static let sha256 = FetchedDigest(.sha256)

    /// Idle contexts beyond this are freed; more than that compute at the same time on large machines only.
    private static let idleContextsMax = 64

    private let description: DigestAlgorithm
    private let algorithm: Algorithm?
    private let idle = Mutex<[Context]>([])

    /// Never freed: instances are the constants above.
    private init(_ description: DigestAlgorithm) {
        self.description = description
        self.algorithm = EVP_MD_fetch(nil, description.description, nil).map(Algorithm.init)
    }

    /// The digest of `bytes`.
    func hash(_ bytes: UnsafeRawBufferPointer) throws(OpenSSLError) -> [UInt8] {
        guard let algorithm = self.algorithm else {
            throw OpenSSLError(.unavailableAlgorithm, call: "EVP_MD_fetch \(self.description)")
        }
        guard let context = self.idle.withLock({ $0.popLast() }) ?? EVP_MD_CTX_new().map(Context.init) else {
            throw OpenSSLError(.operationFailed, call: "EVP_MD_CTX_new")
        }
        var digest = [UInt8](repeating: 0, count: self.description.byteCount)
        guard
            EVP_DigestInit_ex2(context.raw, algorithm.raw, nil) == 1,
            EVP_DigestUpdate(context.raw, bytes.baseAddress, bytes.count) == 1,
            EVP_DigestFinal_ex(context.raw, &digest, nil) == 1
        else {
            EVP_MD_CTX_free(context.raw)
            throw OpenSSLError(.operationFailed, call: "digest \(self.description)")
        }
        let isKept = self.idle.withLock { idle in
            guard idle.count < Self.idleContextsMax else { return false }
            idle.append(context)
            return true
        }
        if !isKept { EVP_MD_CTX_free(context.raw) }
        return digest
    }
}
