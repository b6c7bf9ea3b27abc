import CRdkafka
public import ServerRuntime

extension KafkaAdmin {
    /// The offsets that a consumer group has committed.
    ///
    /// - Parameters:
    ///   - group: the group.
    ///   - deadline: when to give up.
    /// - Returns: the offset that the group continues from, for each partition with one. Nothing for a group that does
    ///   not exist.
    /// - Throws: `.timedOut`, or what the broker answered for all.
    public func groupOffsets(
        _ group: String,
        deadline: Deadline
    ) async throws(KafkaError) -> [KafkaTopicPartition: Result<Int64, KafkaError>] {
        try RDKafkaAdmin.check(group: group)
        var objects = RDKafkaObjects(destroyedBy: rd_kafka_ListConsumerGroupOffsets_destroy)
        objects.append(takingOwnershipOf: rd_kafka_ListConsumerGroupOffsets_new(group, nil))
        let operation = AdminOperation.groupOffsets
        return try await self.session(deadline).perform(operation, deadline: deadline) { client, options, queue in
            objects.withArray { rd_kafka_ListConsumerGroupOffsets(client, $0, $1, options.raw, queue) }
        } _: { event throws(KafkaError) in
            var count = 0
            let result = rd_kafka_event_ListConsumerGroupOffsets_result(event)
            let groups = rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count).objects(count: count)
            let list = try Self.partitions(operation, groups, group)
            let outcomes = RDKafkaAdmin.partitionOutcomes(operation, list, group: group) { $0.offset }
            // A partition without an offset is named all the same by some brokers.
            return outcomes.filter { if case .success(let offset) = $0.value { offset >= 0 } else { true } }
        }
    }

    /// Sets where a consumer group without members continues.
    ///
    /// - Parameters:
    ///   - group: the group; one that does not exist is created.
    ///   - offsets: the offset to continue from, for each partition; the brokers take any.
    ///   - deadline: when to give up.
    /// - Returns: the outcome for each partition; `.groupNotEmpty` while the group has members.
    /// - Throws: `.timedOut`, or what the broker answered for all.
    public func alterGroupOffsets(
        _ group: String,
        _ offsets: [KafkaTopicPartition: Int64],
        deadline: Deadline
    ) async throws(KafkaError) -> [KafkaTopicPartition: Result<Void, KafkaError>] {
        guard !offsets.isEmpty else { return [:] }
        try RDKafkaAdmin.check(group: group)
        try RDKafkaAdmin.check(offsets.keys)
        let list = RDKafkaTopicPartitions(capacity: offsets.count)
        for (id, offset) in offsets {
            guard offset >= 0 else {
                throw KafkaError(.invalidArgument, "a negative offset", topic: id.topic, partition: id.partition)
            }
            list.add(id, offset: offset)
        }
        var objects = RDKafkaObjects(destroyedBy: rd_kafka_AlterConsumerGroupOffsets_destroy)
        let object = list.withList { rd_kafka_AlterConsumerGroupOffsets_new(group, $0) }
        guard let object else { throw KafkaError(.system, "no memory", isRetriable: true) }
        objects.append(takingOwnershipOf: object)
        let operation = AdminOperation.alterGroupOffsets
        return try await self.session(deadline).perform(operation, deadline: deadline) { client, options, queue in
            objects.withArray { rd_kafka_AlterConsumerGroupOffsets(client, $0, $1, options.raw, queue) }
        } _: { event throws(KafkaError) in
            var count = 0
            let result = rd_kafka_event_AlterConsumerGroupOffsets_result(event)
            let groups = rd_kafka_AlterConsumerGroupOffsets_result_groups(result, &count).objects(count: count)
            let list = try Self.partitions(operation, groups, group)
            return RDKafkaAdmin.partitionOutcomes(operation, list, group: group) { _ in () }
                .mapValues { $0.mapError(Self.namingMembers) }
        }
    }

    /// Moves a consumer group without members to another place in some partitions.
    ///
    /// - Parameters:
    ///   - group: the group; one that does not exist is created.
    ///   - partitions: the partitions.
    ///   - target: where the group is to continue.
    ///   - deadline: when to give up.
    /// - Returns: the offset that each partition continues from; `.groupNotEmpty` while the group has members,
    ///   `.offsetOutOfRange` for an offset that the log does not have.
    /// - Throws: `.timedOut`, or what the broker answered for all.
    public func resetGroupOffsets(
        _ group: String,
        of partitions: Set<KafkaTopicPartition>,
        to target: KafkaOffsetTarget,
        deadline: Deadline
    ) async throws(KafkaError) -> [KafkaTopicPartition: Result<Int64, KafkaError>] {
        guard !partitions.isEmpty else { return [:] }
        try RDKafkaAdmin.check(group: group)
        var outcomes = try await self.places(target, in: partitions, deadline)
        let found = outcomes.compactMapValues { try? $0.get() }
        let altered = try await self.alterGroupOffsets(group, found, deadline: deadline)
        for (id, offset) in found {
            switch altered[id] {
            case .success?: outcomes[id] = .success(offset)
            case .failure(let error)?: outcomes[id] = .failure(error)
            case nil:
                outcomes[id] = .failure(
                    KafkaError(
                        .broker,
                        "the broker did not name the partition",
                        mayHaveBeenApplied: true,
                        topic: id.topic,
                        partition: id.partition,
                        group: group
                    )
                )
            }
        }
        return outcomes
    }

    /// How far a consumer group has come.
    ///
    /// The answer puts together what is asked one after the other: while the group works, a partition can have moved on
    /// in between, and be with another member.
    ///
    /// - Parameters:
    ///   - group: the group.
    ///   - deadline: when to give up.
    /// - Returns: a lag for each partition that the group has an offset of or a member reads.
    /// - Throws: `.timedOut`, or what the broker answered for all.
    public func groupLag(
        _ group: String,
        deadline: Deadline
    ) async throws(KafkaError) -> [KafkaTopicPartition: Result<KafkaPartitionLag, KafkaError>] {
        let committed = try await self.groupOffsets(group, deadline: deadline)
        let description = try await self.describeGroups([group], deadline: deadline)[group]
        var readers: [KafkaTopicPartition: String] = [:]
        for member in try description?.get().members ?? [] {
            for id in member.partitions { readers[id] = member.id }
        }
        // Last, so that the end is not before an offset that the group has committed.
        let ids = Set(committed.keys).union(readers.keys)
        let watermarks = try await self.watermarks(of: ids, deadline: deadline)
        var result: [KafkaTopicPartition: Result<KafkaPartitionLag, KafkaError>] = [:]
        for (id, range) in watermarks {
            if case .failure(let error)? = committed[id] {
                result[id] = .failure(error)
                continue
            }
            let offset = try committed[id]?.get()
            result[id] = range.map { KafkaPartitionLag(committed: offset, watermarks: $0, memberID: readers[id]) }
        }
        return result
    }

    /// The offsets that a target means.
    private func places(
        _ target: KafkaOffsetTarget,
        in partitions: Set<KafkaTopicPartition>,
        _ deadline: Deadline
    ) async throws(KafkaError) -> [KafkaTopicPartition: Result<Int64, KafkaError>] {
        let watermarks = try await self.watermarks(of: partitions, deadline: deadline)
        switch target {
        case .earliest: return watermarks.mapValues { $0.map(\.lowerBound) }
        case .latest: return watermarks.mapValues { $0.map(\.upperBound) }
        case .offset(let offset):
            var result: [KafkaTopicPartition: Result<Int64, KafkaError>] = [:]
            for (id, range) in watermarks {
                result[id] = range.flatMap { range in
                    guard offset < range.lowerBound || offset > range.upperBound else { return .success(offset) }
                    return .failure(
                        KafkaError(
                            .offsetOutOfRange,
                            "the log has \(range.lowerBound)..<\(range.upperBound), not \(offset)",
                            topic: id.topic,
                            partition: id.partition
                        )
                    )
                }
            }
            return result
        case .time(let time):
            let times = Dictionary(uniqueKeysWithValues: partitions.map { ($0, time) })
            let found = try await self.offsets(forTimes: times, deadline: deadline)
            var result: [KafkaTopicPartition: Result<Int64, KafkaError>] = [:]
            for (id, range) in watermarks {
                switch found[id] {
                case .success(let offset?)?: result[id] = .success(offset)
                case .failure(let error)?: result[id] = .failure(error)
                case .success(nil)?, nil: result[id] = range.map(\.upperBound)
                }
            }
            return result
        }
    }

    /// The partitions of the one group of an answer.
    private static func partitions(
        _ operation: AdminOperation,
        _ groups: [OpaquePointer],
        _ group: String
    ) throws(KafkaError) -> UnsafePointer<rd_kafka_topic_partition_list_t>? {
        guard let result = groups.first else {
            throw KafkaError(.broker, "the broker did not name the group", group: group)
        }
        if let error = rd_kafka_group_result_error(result) {
            throw self.namingMembers(RDKafkaGroups.error(operation, error, group: group))
        }
        return rd_kafka_group_result_partitions(result)
    }

    /// Brokers refuse offsets from outside a group that has members with "unknown member".
    private static func namingMembers(_ error: KafkaError) -> KafkaError {
        guard error.rdkafkaCode == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID.rawValue else { return error }
        var error = error
        error.code = .groupNotEmpty
        error.message = "the group has members; its offsets can be set from outside only while it has none"
        return error
    }
}
