import CRdkafka

/// Copies records out of librdkafka's messages.
enum RDKafkaMessage {
    /// The error that a message stands for, or `nil` for a record.
    static func error(of message: UnsafePointer<rd_kafka_message_t>, topic: String) -> KafkaError? {
        guard message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        let detail = rd_kafka_message_errstr(message).map { String(cString: $0) }
        return KafkaError(
            rdkafka: message.pointee.err,
            detail: detail,
            topic: topic,
            partition: message.pointee.partition
        )
    }

    /// The record, copied.
    ///
    /// `topic` is passed in so that all records of a partition share one string.
    static func record(copying message: UnsafePointer<rd_kafka_message_t>, topic: String) -> KafkaRecord {
        KafkaRecord(
            topic: topic,
            partition: message.pointee.partition,
            offset: message.pointee.offset,
            timestamp: rd_kafka_message_timestamp(message, nil),
            key: self.bytes(message.pointee.key, message.pointee.key_len),
            value: self.bytes(message.pointee.payload, message.pointee.len),
            headers: self.headers(of: message)
        )
    }

    private static func headers(of message: UnsafePointer<rd_kafka_message_t>) -> [KafkaHeader] {
        var list: OpaquePointer?
        guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return [] }
        let count = rd_kafka_header_cnt(list)
        var headers: [KafkaHeader] = []
        headers.reserveCapacity(count)
        for index in 0..<count {
            var name: UnsafePointer<CChar>?
            var value: UnsafeRawPointer?
            var size = 0
            let status = rd_kafka_header_get_all(list, index, &name, &value, &size)
            guard status == RD_KAFKA_RESP_ERR_NO_ERROR, let name else { break }
            headers.append(KafkaHeader(key: String(cString: name), value: self.bytes(value, size)))
        }
        return headers
    }

    private static func bytes(_ pointer: UnsafeRawPointer?, _ count: Int) -> [UInt8]? {
        guard let pointer else { return nil }
        return [UInt8](UnsafeRawBufferPointer(start: pointer, count: count))
    }
}
