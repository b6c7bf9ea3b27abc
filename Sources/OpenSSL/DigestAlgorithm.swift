/// A hash function.
public struct DigestAlgorithm: Sendable, Hashable, CustomStringConvertible {
    private enum Kind: String {
        case md5 = "MD5"
        case sha1 = "SHA1"
        case sha256 = "SHA256"
    }

    private let kind: Kind

    /// MD5, for identifiers only: collisions are easy to make.
    public static let md5 = DigestAlgorithm(kind: .md5)
    /// SHA-1, for protocols that ask for it.
    public static let sha1 = DigestAlgorithm(kind: .sha1)
    /// SHA-256.
    public static let sha256 = DigestAlgorithm(kind: .sha256)

    /// OpenSSL's name.
    public var description: String { self.kind.rawValue }

    /// The length of a digest in bytes.
    public var byteCount: Int {
        switch self.kind {
        case .md5: 16
        case .sha1: 20
        case .sha256: 32
        }
    }

    /// The fetched implementation: a look-up by name for each digest costs more than hashing a short text.
    var fetched: FetchedDigest {
        switch self.kind {
        case .md5: .md5
        case .sha1: .sha1
        case .sha256: .sha256
        }
    }
}
