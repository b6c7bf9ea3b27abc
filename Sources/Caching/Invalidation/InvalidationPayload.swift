import FoundationEssentials

/// The payload of a message: a JSON array of keys.
enum InvalidationPayload {
    /// Keys in one message that is sent.
    static let keysMax = 500
    /// Bytes of a message that is accepted.
    static let bytesMax = 1 << 20

    /// The keys of a received message; `nil` when it is not an array of texts, or too long.
    static func keys(_ payload: [UInt8]) -> [String]? {
        guard payload.count <= self.bytesMax else { return nil }
        // Whatever is wrong with it, the answer is the same.
        return try? JSONDecoder().decode([String].self, from: Data(payload))
    }

    /// The messages that announce these keys.
    static func messages(_ keys: [String]) -> [[UInt8]] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return stride(from: 0, to: keys.count, by: self.keysMax).map { start in
            // Texts can always be encoded; if not, a message that cannot be read is right: it empties the caches.
            let message = try? encoder.encode(Array(keys[start..<min(start + self.keysMax, keys.count)]))
            return message.map { [UInt8]($0) } ?? []
        }
    }

    /// A message without keys, which every reader takes and nobody acts on.
    static let heartbeat = Array("[]".utf8)
}
