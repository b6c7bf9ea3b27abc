import Kafka
import ServerRuntime

/// The settings of the Swift client's clients, for those of the C side.
enum KafkaProperties {
    /// The settings of a producer.
    static func of(_ producer: KafkaProducerConfiguration) -> [(name: String, value: String)] {
        self.shared(producer.connection) + [
            ("enable.idempotence", "\(producer.idempotent)"),
            ("acks", producer.acks.rawValue),
            ("max.in.flight.requests.per.connection", "5"),
            ("compression.codec", producer.compression.rawValue),
            ("linger.ms", "\(producer.linger.milliseconds())"),
            ("message.max.bytes", "\(producer.messageBytesMax)"),
            ("queue.buffering.max.messages", "\(producer.queueRecordsMax)"),
            ("queue.buffering.max.kbytes", "\(producer.queueBytesMax / 1024)"),
            ("message.timeout.ms", "\(producer.deliveryTimeout.milliseconds())"),
            ("partitioner", "fnv1a"),
        ]
    }

    /// The settings of a consumer.
    ///
    /// - Parameters:
    ///   - consumer: the Swift client's.
    ///   - hasOwnBounds: whether fetching ahead has the bounds of librdkafka's defaults in place of the client's.
    /// - Returns: names and values.
    static func of(_ consumer: KafkaConsumerConfiguration, hasOwnBounds: Bool) -> [(name: String, value: String)] {
        let bounds = [
            ("queued.min.messages", "\(consumer.queueRecordsMax)"),
            ("queued.max.messages.kbytes", "\(consumer.queueBytesMax / 1024)"),
        ]
        return self.shared(consumer.connection) + (hasOwnBounds ? [] : bounds) + [
            ("group.id", consumer.groupID),
            ("enable.auto.commit", "false"),
            ("enable.auto.offset.store", "false"),
            ("partition.assignment.strategy", "cooperative-sticky"),
            ("isolation.level", "read_committed"),
            ("auto.offset.reset", consumer.autoOffsetReset.rawValue),
            ("fetch.wait.max.ms", "\(consumer.fetchWait.milliseconds())"),
            ("fetch.error.backoff.ms", "100"),
        ]
    }

    private static func shared(_ connection: KafkaConnectionConfiguration) -> [(name: String, value: String)] {
        [
            ("bootstrap.servers", connection.bootstrapServers.joined(separator: ",")),
            ("client.id", "\(connection.clientID)-c"),
            ("socket.nagle.disable", "true"),
            ("socket.keepalive.enable", "true"),
            ("reconnect.backoff.max.ms", "2000"),
        ]
    }
}
