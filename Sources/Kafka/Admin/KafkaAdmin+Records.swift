import CRdkafka
public import ServerRuntime

extension KafkaAdmin {
    /// The offsets that partitions have.
    ///
    /// - Parameters:
    ///   - partitions: the partitions.
    ///   - deadline: when to give up.
    /// - Returns: for each, the first offset of the log up to the one behind the last.
    /// - Throws: `.invalidArgument`, `.timedOut` before the call, `.closed`, `.cancelled`.
    public func watermarks(
        of partitions: Set<KafkaTopicPartition>,
        deadline: Deadline
    ) async throws(KafkaError) -> [KafkaTopicPartition: Result<Range<Int64>, KafkaError>] {
        guard !partitions.isEmpty else { return [:] }
        try RDKafkaAdmin.check(partitions)
        return try await self.session(deadline).query(deadline: deadline) { client, deadline in
            OffsetQueries.watermarks(partitions, client, deadline)
        }
    }

    /// Where a time lies in partitions.
    ///
    /// - Parameters:
    ///   - times: milliseconds since 1970, at least 0, for each partition.
    ///   - deadline: when to give up.
    /// - Returns: for each, the offset of the first record with that time or a later one; `nil` when there is none.
    /// - Throws: `.invalidArgument`, `.timedOut` before the call, `.closed`, `.cancelled`.
    public func offsets(
        forTimes times: [KafkaTopicPartition: Int64],
        deadline: Deadline
    ) async throws(KafkaError) -> [KafkaTopicPartition: Result<Int64?, KafkaError>] {
        guard !times.isEmpty else { return [:] }
        try RDKafkaAdmin.check(times.keys)
        // The protocol gives negative times meanings of their own.
        for (id, time) in times where time < 0 {
            throw KafkaError(.invalidArgument, "a time before 1970", topic: id.topic, partition: id.partition)
        }
        return try await self.session(deadline).query(deadline: deadline) { client, deadline in
            OffsetQueries.offsets(forTimes: times, client, deadline)
        }
    }

    /// Removes the records before an offset, in each of some partitions.
    ///
    /// Their offsets stay used. There is no way back.
    ///
    /// - Parameters:
    ///   - offsets: the first offset that stays, for each partition, or `nil` to remove all records.
    ///   - deadline: when to give up.
    /// - Returns: the first offset that each log has afterwards; `.offsetOutOfRange` for one beyond the log's end.
    /// - Throws: `.invalidArgument`, `.timedOut`, or what the broker answered for all.
    public func deleteRecords(
        before offsets: [KafkaTopicPartition: Int64?],
        deadline: Deadline
    ) async throws(KafkaError) -> [KafkaTopicPartition: Result<Int64, KafkaError>] {
        guard !offsets.isEmpty else { return [:] }
        try RDKafkaAdmin.check(offsets.keys)
        let list = RDKafkaTopicPartitions(capacity: offsets.count)
        for (id, offset) in offsets {
            guard offset ?? 0 >= 0 else {
                throw KafkaError(.invalidArgument, "a negative offset", topic: id.topic, partition: id.partition)
            }
            list.add(id, offset: offset ?? Int64(RD_KAFKA_OFFSET_END))
        }
        var objects = RDKafkaObjects(destroyedBy: rd_kafka_DeleteRecords_destroy)
        let object = list.withList { rd_kafka_DeleteRecords_new($0) }
        guard let object else { throw KafkaError(.system, "no memory", isRetriable: true) }
        objects.append(takingOwnershipOf: object)
        let operation = AdminOperation.deleteRecords
        return try await self.session(deadline).perform(operation, deadline: deadline) { client, options, queue in
            objects.withArray { rd_kafka_DeleteRecords(client, $0, $1, options.raw, queue) }
        } _: { event in
            let offsets = rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event))
            return RDKafkaAdmin.partitionOutcomes(operation, offsets) { $0.offset }
        }
    }
}
