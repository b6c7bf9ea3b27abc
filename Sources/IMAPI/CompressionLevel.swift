/// How hard answers are compressed; the raw value is that of `api.compressionLevel`.
package enum CompressionLevel: Int, Sendable {
    case off = -1
    case standard = 0
    case smallest = 1
    case fastest = 2

    /// The level that zlib knows this by; nil for none at all.
    package var zlibLevel: Int? {
        switch self {
        case .off: nil
        case .standard: -1
        case .smallest: 9
        case .fastest: 1
        }
    }
}
