import CRdkafka
import ServerRuntime

/// Sole owner of the options of one admin call.
struct RDKafkaAdminOptions: ~Copyable {
    /// The longest time that librdkafka takes.
    private static let timeoutMilliseconds: ClosedRange<Int32> = 1...3_600_000

    /// The options, for calls of librdkafka.
    let raw: OpaquePointer

    /// Options with the deadline as librdkafka's own timeout.
    ///
    /// - Parameters:
    ///   - client: the client that the call is for.
    ///   - operation: the call.
    ///   - deadline: when librdkafka gives up.
    ///   - ticket: what the answer carries back: a number that looks like a pointer.
    /// - Throws: `.unsupported`.
    init(
        _ client: OpaquePointer,
        _ operation: rd_kafka_admin_op_t,
        deadline: Deadline,
        ticket: Int
    ) throws(KafkaError) {
        guard let raw = rd_kafka_AdminOptions_new(client, operation) else {
            throw KafkaError(.unsupported, "this librdkafka does not know the operation")
        }
        let bounds = Self.timeoutMilliseconds
        let timeout = min(max(deadline.remainingMilliseconds, bounds.lowerBound), bounds.upperBound)
        var text = [CChar](repeating: 0, count: 256)
        let status = rd_kafka_AdminOptions_set_request_timeout(raw, timeout, &text, text.count)
        guard status == RD_KAFKA_RESP_ERR_NO_ERROR else {
            rd_kafka_AdminOptions_destroy(raw)
            throw KafkaError(rdkafka: status, detail: String(nulTerminated: text))
        }
        // How long the brokers may work at it: a little less, so that what they say then still arrives. Not every
        // operation has it; which ones do is librdkafka's business.
        _ = rd_kafka_AdminOptions_set_operation_timeout(raw, max(1, timeout - min(1000, timeout / 4)), nil, 0)
        rd_kafka_AdminOptions_set_opaque(raw, UnsafeMutableRawPointer(bitPattern: ticket))
        self.raw = raw
    }

    deinit {
        rd_kafka_AdminOptions_destroy(self.raw)
    }

    /// Makes the brokers check the request without carrying it out.
    borrowing func validateOnly() throws(KafkaError) {
        var text = [CChar](repeating: 0, count: 256)
        let status = rd_kafka_AdminOptions_set_validate_only(self.raw, 1, &text, text.count)
        guard status != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        throw KafkaError(rdkafka: status, detail: String(nulTerminated: text))
    }
}
