/// What a cache can keep: a value that turns into bytes and back.
///
/// Codable types (JSON) and protobuf messages get both directions by default:
///
///     struct Profile: Codable, CacheValue { var name: String }
///     extension UserInfo: CacheValue {}                       // a generated message
public protocol CacheValue: Sendable {
    /// Reads what `cacheBytes()` wrote.
    ///
    /// - Parameter cacheBytes: at least one byte.
    /// - Throws: when the bytes are not of this type; the entry is then thrown away and loaded anew.
    init(cacheBytes: [UInt8]) throws

    /// The value as bytes, never none: an entry without bytes means "known to be absent".
    ///
    /// Equal values must give equal bytes if consistency checks are on, which compare them.
    func cacheBytes() throws -> [UInt8]
}
