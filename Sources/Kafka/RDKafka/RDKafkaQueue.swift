import CRdkafka

/// Sole owner of a reference to one of librdkafka's queues.
///
/// Used by one thread; must go before its client.
struct RDKafkaQueue: ~Copyable {
    /// The queue, for calls of librdkafka.
    let raw: OpaquePointer

    init(takingOwnershipOf raw: OpaquePointer) {
        self.raw = raw
    }

    deinit {
        // The queue itself may outlive this reference: it must not write to a descriptor that is closed by then.
        rd_kafka_queue_cb_event_enable(self.raw, nil, nil)
        rd_kafka_queue_destroy(self.raw)
    }

    /// Records and events that wait in the queue.
    var count: Int {
        rd_kafka_queue_length(self.raw)
    }

    /// Makes the queue wake `target` whenever it stops being empty.
    ///
    /// The callback carries only the descriptor's number, so nothing has to be retained. (The variant without
    /// callback stops writing until the next poll by the call that it expects; this one does not depend on that.)
    func wakes(_ target: WakeDescriptor) {
        rd_kafka_queue_cb_event_enable(
            self.raw,
            { _, opaque in _ = eventfd_write(Int32(truncatingIfNeeded: Int(bitPattern: opaque)), 1) },
            UnsafeMutableRawPointer(bitPattern: Int(target.descriptor))
        )
    }
}
