public import SwiftProtobuf

extension CacheValue where Self: SwiftProtobuf.Message {
    /// Reads the binary form.
    public init(cacheBytes: [UInt8]) throws {
        // Field number 0 exists in no message, so no other message has this form.
        self = try cacheBytes == [0] ? Self() : Self(serializedBytes: cacheBytes)
    }

    /// The binary form, with maps in a fixed order; a single zero byte for a message without fields.
    public func cacheBytes() throws -> [UInt8] {
        var options = BinaryEncodingOptions()
        options.useDeterministicOrdering = true
        let bytes: [UInt8] = try self.serializedBytes(options: options)
        return bytes.isEmpty ? [0] : bytes
    }
}
