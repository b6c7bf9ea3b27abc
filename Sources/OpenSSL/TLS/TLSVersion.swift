import COpenSSL

/// A version of TLS that is still secure.
public struct TLSVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    private enum Kind: Int {
        case tls12
        case tls13
    }

    private let kind: Kind

    /// TLS 1.2 (RFC 5246).
    public static let tls12 = TLSVersion(kind: .tls12)
    /// TLS 1.3 (RFC 8446).
    public static let tls13 = TLSVersion(kind: .tls13)

    private init(kind: Kind) {
        self.kind = kind
    }

    /// The version that OpenSSL calls `code`; `nil` for one that is not offered.
    init?(code: Int32) {
        switch code {
        case TLS1_2_VERSION: self = .tls12
        case TLS1_3_VERSION: self = .tls13
        default: return nil
        }
    }

    /// OpenSSL's number.
    var code: Int32 {
        switch self.kind {
        case .tls12: TLS1_2_VERSION
        case .tls13: TLS1_3_VERSION
        }
    }

    /// The usual name.
    public var description: String {
        switch self.kind {
        case .tls12: "TLS 1.2"
        case .tls13: "TLS 1.3"
        }
    }

    /// Whether the left one is older.
    public static func < (left: TLSVersion, right: TLSVersion) -> Bool {
        left.kind.rawValue < right.kind.rawValue
    }
}
