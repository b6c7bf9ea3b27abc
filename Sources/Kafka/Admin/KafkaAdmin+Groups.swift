import CRdkafka
public import ServerRuntime

extension KafkaAdmin {
    /// The consumer groups of the cluster, by id.
    ///
    /// - Parameter deadline: when to give up.
    /// - Returns: the groups that the client may see.
    /// - Throws: `.timedOut`, or what a broker answered: each knows the groups that it is in charge of, so a list
    ///   without one of them would not be whole.
    public func listGroups(deadline: Deadline) async throws(KafkaError) -> [KafkaGroupListing] {
        let operation = AdminOperation.listGroups
        return try await self.session(deadline).perform(operation, deadline: deadline) { client, options, queue in
            rd_kafka_ListConsumerGroups(client, options.raw, queue)
        } _: { event throws(KafkaError) in
            let result = rd_kafka_event_ListConsumerGroups_result(event)
            var count = 0
            if let error = rd_kafka_ListConsumerGroups_result_errors(result, &count).objects(count: count).first {
                throw RDKafkaGroups.error(operation, error)
            }
            let groups = rd_kafka_ListConsumerGroups_result_valid(result, &count).objects(count: count)
            return groups.map(RDKafkaGroups.listing).sorted { $0.id < $1.id }
        }
    }

    /// The members of consumer groups and their partitions.
    ///
    /// - Parameters:
    ///   - ids: the groups.
    ///   - deadline: when to give up.
    /// - Returns: a description of each; one that does not exist is `.dead`.
    /// - Throws: `.timedOut`, or what the broker answered for all.
    public func describeGroups(
        _ ids: Set<String>,
        deadline: Deadline
    ) async throws(KafkaError) -> [String: Result<KafkaGroupDescription, KafkaError>] {
        guard !ids.isEmpty else { return [:] }
        for id in ids { try RDKafkaAdmin.check(group: id) }
        let operation = AdminOperation.describeGroups
        return try await self.session(deadline).perform(operation, deadline: deadline) { client, options, queue in
            RDKafkaGroups.withNames(ids) { names, count in
                rd_kafka_DescribeConsumerGroups(client, names, count, options.raw, queue)
            }
        } _: { event in
            var count = 0
            let result = rd_kafka_event_DescribeConsumerGroups_result(event)
            let groups = rd_kafka_DescribeConsumerGroups_result_groups(result, &count).objects(count: count)
            return RDKafkaGroups.descriptions(operation, groups)
        }
    }

    /// Removes consumer groups with their offsets.
    ///
    /// - Parameters:
    ///   - ids: the groups.
    ///   - deadline: when to give up.
    /// - Returns: the outcome for each; `.unknownGroup` for those that do not exist, `.groupNotEmpty` for those with
    ///   members.
    /// - Throws: `.timedOut`, or what the broker answered for all.
    public func deleteGroups(
        _ ids: Set<String>,
        deadline: Deadline
    ) async throws(KafkaError) -> [String: Result<Void, KafkaError>] {
        guard !ids.isEmpty else { return [:] }
        var objects = RDKafkaObjects(destroyedBy: rd_kafka_DeleteGroup_destroy)
        for id in ids {
            try RDKafkaAdmin.check(group: id)
            objects.append(takingOwnershipOf: rd_kafka_DeleteGroup_new(id))
        }
        let operation = AdminOperation.deleteGroups
        return try await self.session(deadline).perform(operation, deadline: deadline) { client, options, queue in
            objects.withArray { rd_kafka_DeleteGroups(client, $0, $1, options.raw, queue) }
        } _: { event in
            var count = 0
            let results = rd_kafka_DeleteGroups_result_groups(rd_kafka_event_DeleteGroups_result(event), &count)
            var outcomes: [String: Result<Void, KafkaError>] = [:]
            for result in results.objects(count: count) {
                let id = String(cString: rd_kafka_group_result_name(result))
                let error = rd_kafka_group_result_error(result)
                outcomes[id] = error.map { .failure(RDKafkaGroups.error(operation, $0, group: id)) } ?? .success(())
            }
            return outcomes
        }
    }
}
