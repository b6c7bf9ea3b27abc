import CRdkafka

/// Reads the group's generation, which librdkafka 2.0.2 tells only inside a serialized form.
enum GroupGeneration {
    /// `CGMDv2:` and an Int32 in the machine's order come first (rd_kafka_consumer_group_metadata_write).
    private static let magic = Array("CGMDv2:".utf8)

    /// The generation that the member is in; `nil` when it is in none, or the form is another one.
    static func current(_ client: OpaquePointer) -> Int32? {
        guard let metadata = rd_kafka_consumer_group_metadata(client) else { return nil }
        defer { rd_kafka_consumer_group_metadata_destroy(metadata) }
        var buffer: UnsafeMutableRawPointer?
        var size = 0
        if let error = rd_kafka_consumer_group_metadata_write(metadata, &buffer, &size) {
            rd_kafka_error_destroy(error)
            return nil
        }
        guard let buffer else { return nil }
        defer { rd_kafka_mem_free(client, buffer) }
        return self.parse(UnsafeRawBufferPointer(start: buffer, count: size))
    }

    /// Reads the generation from the serialized form.
    static func parse(_ bytes: UnsafeRawBufferPointer) -> Int32? {
        guard bytes.count >= self.magic.count + 4, bytes.starts(with: self.magic) else { return nil }
        let generation = bytes.loadUnaligned(fromByteOffset: self.magic.count, as: Int32.self)
        return generation >= 0 ? generation : nil
    }
}
