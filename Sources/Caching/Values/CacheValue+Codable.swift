import FoundationEssentials

extension CacheValue where Self: Codable {
    /// Reads JSON.
    public init(cacheBytes: [UInt8]) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(cacheBytes))
    }

    /// The value as JSON with sorted keys.
    public func cacheBytes() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }
}
