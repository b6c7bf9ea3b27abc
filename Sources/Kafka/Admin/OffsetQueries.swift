import CRdkafka
import ServerRuntime

/// Questions about the offsets of partitions, with one request for each broker.
///
/// For threads that may wait.
enum OffsetQueries {
    /// The first offset of each log up to the one behind the last.
    static func watermarks(
        _ ids: some Collection<KafkaTopicPartition>,
        _ client: OpaquePointer,
        _ deadline: Deadline
    ) -> [KafkaTopicPartition: Result<Range<Int64>, KafkaError>] {
        // The protocol takes these two for times: "before everything" and "behind everything". The end is asked for
        // last, so that it is never before the beginning of a log that is being shortened.
        let first = self.offsets(ids.map { ($0, Int64(RD_KAFKA_OFFSET_BEGINNING)) }, client, deadline)
        let end = self.offsets(ids.map { ($0, Int64(RD_KAFKA_OFFSET_END)) }, client, deadline)
        var result: [KafkaTopicPartition: Result<Range<Int64>, KafkaError>] = [:]
        for id in ids {
            switch (first[id], end[id]) {
            case (.success(let low)?, .success(let high)?): result[id] = self.range(id, low, high)
            case (.failure(let error)?, _), (_, .failure(let error)?): result[id] = .failure(error)
            default: result[id] = .failure(self.unanswered(id))
            }
        }
        return result
    }

    /// The offset of the first record with each time or a later one; `nil` when there is none.
    static func offsets(
        forTimes times: [KafkaTopicPartition: Int64],
        _ client: OpaquePointer,
        _ deadline: Deadline
    ) -> [KafkaTopicPartition: Result<Int64?, KafkaError>] {
        self.offsets(Array(times).map { ($0.key, $0.value) }, client, deadline)
            .mapValues { $0.map { $0 < 0 ? nil : $0 } }
    }

    private static func range(
        _ id: KafkaTopicPartition,
        _ low: Int64,
        _ high: Int64
    ) -> Result<Range<Int64>, KafkaError> {
        guard 0 <= low, low <= high else {
            return .failure(
                KafkaError(
                    .broker,
                    "the broker names \(low) as the first offset and \(high) as the last",
                    topic: id.topic,
                    partition: id.partition
                )
            )
        }
        return .success(low..<high)
    }

    private static func unanswered(_ id: KafkaTopicPartition) -> KafkaError {
        KafkaError(.broker, "the broker did not name the partition", topic: id.topic, partition: id.partition)
    }

    /// What the brokers answer for times; -1 when there is no such offset.
    private static func offsets(
        _ times: [(id: KafkaTopicPartition, time: Int64)],
        _ client: OpaquePointer,
        _ deadline: Deadline
    ) -> [KafkaTopicPartition: Result<Int64, KafkaError>] {
        guard !times.isEmpty else { return [:] }
        let list = RDKafkaTopicPartitions(capacity: times.count)
        for (id, time) in times { list.add(id, offset: time) }
        let timeout = max(1, deadline.remainingMilliseconds)
        let status = list.withList { rd_kafka_offsets_for_times(client, $0, timeout) }
        if status != RD_KAFKA_RESP_ERR_NO_ERROR, status != RD_KAFKA_RESP_ERR__TIMED_OUT, times.count > 1,
            !deadline.hasPassed
        {
            // One partition with an error hides the answers for all others.
            let half = times.count / 2
            return self.offsets(Array(times[..<half]), client, deadline)
                .merging(self.offsets(Array(times[half...]), client, deadline)) { $1 }
        }
        var result: [KafkaTopicPartition: Result<Int64, KafkaError>] = [:]
        for element in list.elements {
            let id = element.partition
            // Without an answer from any broker the list still holds the times, and only the call has an error; or the
            // partition has one that says that its leader was still being looked for.
            let isOpen = [RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR__IN_PROGRESS].contains(element.error)
            let error = isOpen ? status : element.error
            result[id] =
                error == RD_KAFKA_RESP_ERR_NO_ERROR
                ? .success(element.offset)
                : .failure(ClusterQueries.reading(error, topic: id.topic, partition: id.partition))
        }
        return result
    }
}
