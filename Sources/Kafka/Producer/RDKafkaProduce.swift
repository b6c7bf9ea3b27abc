import CRdkafka

/// Hands records to librdkafka.
enum RDKafkaProduce {
    /// Stands for "present but empty": C tells absent from empty by the pointer.
    private static var empty: UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: 1) }

    /// Puts a record into the client's queue.
    ///
    /// Copies everything and does not block.
    ///
    /// - Parameters:
    ///   - record: the record.
    ///   - topic: the handle of its topic.
    ///   - client: the client.
    ///   - opaque: what the delivery report carries back.
    /// - Returns: no error: `opaque` is C's now; an error: it is still the caller's.
    static func enqueue(
        _ record: KafkaProducerRecord,
        _ topic: OpaquePointer,
        _ client: OpaquePointer,
        opaque: UnsafeMutableRawPointer
    ) -> rd_kafka_resp_err_t {
        if let partition = record.partition, partition < 0 { return RD_KAFKA_RESP_ERR__INVALID_ARG }
        guard !record.headers.isEmpty || record.timestamp != nil else {
            return self.enqueuePlain(record, topic, opaque: opaque)
        }
        let headers = record.headers.isEmpty ? nil : self.headers(record.headers)
        let result = self.withBytes(record.key) { key, keySize in
            self.withBytes(record.value) { value, valueSize in
                withUnsafeTemporaryAllocation(of: rd_kafka_vu_t.self, capacity: 8) { arguments in
                    var count = 0
                    func append(_ type: rd_kafka_vtype_t, _ fill: (inout rd_kafka_vu_t) -> Void) {
                        var argument = rd_kafka_vu_t()
                        argument.vtype = type
                        fill(&argument)
                        arguments.initializeElement(at: count, to: argument)
                        count += 1
                    }
                    append(RD_KAFKA_VTYPE_RKT) { $0.u.rkt = topic }
                    append(RD_KAFKA_VTYPE_PARTITION) { $0.u.i32 = record.partition ?? RD_KAFKA_PARTITION_UA }
                    append(RD_KAFKA_VTYPE_MSGFLAGS) { $0.u.i = Int32(RD_KAFKA_MSG_F_COPY) }
                    append(RD_KAFKA_VTYPE_KEY) { $0.u.mem = .init(ptr: key, size: keySize) }
                    append(RD_KAFKA_VTYPE_VALUE) { $0.u.mem = .init(ptr: value, size: valueSize) }
                    append(RD_KAFKA_VTYPE_TIMESTAMP) { $0.u.i64 = record.timestamp ?? 0 }
                    append(RD_KAFKA_VTYPE_OPAQUE) { $0.u.ptr = opaque }
                    if let headers { append(RD_KAFKA_VTYPE_HEADERS) { $0.u.headers = headers } }
                    return rd_kafka_produceva(client, arguments.baseAddress, count)
                }
            }
        }
        guard let result else { return RD_KAFKA_RESP_ERR_NO_ERROR }
        // The headers become librdkafka's only when it takes the record.
        if let headers { rd_kafka_headers_destroy(headers) }
        defer { rd_kafka_error_destroy(result) }
        return rd_kafka_error_code(result)
    }

    /// The same for a record with neither headers nor a time, for which there is a faster call.
    private static func enqueuePlain(
        _ record: KafkaProducerRecord,
        _ topic: OpaquePointer,
        opaque: UnsafeMutableRawPointer
    ) -> rd_kafka_resp_err_t {
        self.withBytes(record.key) { key, keySize in
            self.withBytes(record.value) { value, valueSize in
                let partition = record.partition ?? RD_KAFKA_PARTITION_UA
                let flags = Int32(RD_KAFKA_MSG_F_COPY)
                let status = rd_kafka_produce(topic, partition, flags, value, valueSize, key, keySize, opaque)
                return status == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_last_error()
            }
        }
    }

    private static func headers(_ headers: [KafkaHeader]) -> OpaquePointer? {
        let list = rd_kafka_headers_new(headers.count)
        for header in headers {
            var name = header.key
            name.withUTF8 { name in
                name.withMemoryRebound(to: CChar.self) { name in
                    self.withBytes(header.value) { value, size in
                        _ = rd_kafka_header_add(list, name.baseAddress, name.count, value, size)
                    }
                }
            }
        }
        return list
    }

    private static func withBytes<R>(_ bytes: [UInt8]?, _ body: (UnsafeMutableRawPointer?, Int) -> R) -> R {
        guard let bytes else { return body(nil, 0) }
        guard !bytes.isEmpty else { return body(self.empty, 0) }
        return bytes.withUnsafeBytes { body(UnsafeMutableRawPointer(mutating: $0.baseAddress), $0.count) }
    }
}
