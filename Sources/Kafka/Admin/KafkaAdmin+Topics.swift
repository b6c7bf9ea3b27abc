import CRdkafka
public import ServerRuntime

extension KafkaAdmin {
    /// Creates topics.
    ///
    /// A topic can be known to some brokers a moment later only.
    ///
    /// - Parameters:
    ///   - topics: the topics, each name once.
    ///   - validateOnly: whether the brokers only check the request.
    ///   - deadline: when to give up.
    /// - Returns: the outcome for each name; `.alreadyExists` for those that exist.
    /// - Throws: `.timedOut` without a controller, `.invalidArgument`, or what the broker answered for all.
    public func createTopics(
        _ topics: [KafkaNewTopic],
        validateOnly: Bool = false,
        deadline: Deadline
    ) async throws(KafkaError) -> [String: Result<Void, KafkaError>] {
        guard !topics.isEmpty else { return [:] }
        guard Set(topics.map(\.name)).count == topics.count else {
            throw KafkaError(.invalidArgument, "a topic is named twice")
        }
        var objects = RDKafkaObjects(destroyedBy: rd_kafka_NewTopic_destroy)
        for topic in topics { objects.append(takingOwnershipOf: try RDKafkaAdmin.newTopic(topic)) }
        let operation = AdminOperation.createTopics
        return try await self.session(deadline).perform(
            operation,
            deadline: deadline
        ) { client, options, queue throws(KafkaError) in
            if validateOnly { try options.validateOnly() }
            objects.withArray { rd_kafka_CreateTopics(client, $0, $1, options.raw, queue) }
        } _: { event in
            var count = 0
            let results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
            return RDKafkaAdmin.topicOutcomes(operation, results.objects(count: count))
        }
    }

    /// Removes topics with everything in them.
    ///
    /// - Parameters:
    ///   - names: the topics.
    ///   - deadline: when to give up.
    /// - Returns: the outcome for each name; `.unknownTopic` for those that do not exist.
    /// - Throws: `.timedOut` without a controller, or what the broker answered for all.
    public func deleteTopics(
        _ names: Set<String>,
        deadline: Deadline
    ) async throws(KafkaError) -> [String: Result<Void, KafkaError>] {
        guard !names.isEmpty else { return [:] }
        var objects = RDKafkaObjects(destroyedBy: rd_kafka_DeleteTopic_destroy)
        for name in names {
            try RDKafkaAdmin.check(topic: name)
            objects.append(takingOwnershipOf: rd_kafka_DeleteTopic_new(name))
        }
        let operation = AdminOperation.deleteTopics
        return try await self.session(deadline).perform(operation, deadline: deadline) { client, options, queue in
            objects.withArray { rd_kafka_DeleteTopics(client, $0, $1, options.raw, queue) }
        } _: { event in
            var count = 0
            let results = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count)
            return RDKafkaAdmin.topicOutcomes(operation, results.objects(count: count))
        }
    }

    /// Gives topics more partitions.
    ///
    /// Records that are there stay where they are, so a key's later records can go to another partition than its
    /// earlier ones. There is no way back.
    ///
    /// - Parameters:
    ///   - totals: how many partitions each topic is to have, more than it has.
    ///   - validateOnly: whether the brokers only check the request.
    ///   - deadline: when to give up.
    /// - Returns: the outcome for each topic.
    /// - Throws: `.timedOut` without a controller, or what the broker answered for all.
    public func addPartitions(
        _ totals: [String: Int32],
        validateOnly: Bool = false,
        deadline: Deadline
    ) async throws(KafkaError) -> [String: Result<Void, KafkaError>] {
        guard !totals.isEmpty else { return [:] }
        var objects = RDKafkaObjects(destroyedBy: rd_kafka_NewPartitions_destroy)
        for (name, total) in totals {
            objects.append(takingOwnershipOf: try RDKafkaAdmin.newPartitions(name, total: total))
        }
        let operation = AdminOperation.createPartitions
        return try await self.session(deadline).perform(
            operation,
            deadline: deadline
        ) { client, options, queue throws(KafkaError) in
            if validateOnly { try options.validateOnly() }
            objects.withArray { rd_kafka_CreatePartitions(client, $0, $1, options.raw, queue) }
        } _: { event in
            var count = 0
            let result = rd_kafka_event_CreatePartitions_result(event)
            let results = rd_kafka_CreatePartitions_result_topics(result, &count)
            return RDKafkaAdmin.topicOutcomes(operation, results.objects(count: count))
        }
    }

    /// The topics of the cluster, by name.
    ///
    /// - Parameters:
    ///   - includingInternal: whether Kafka's own topics are listed too.
    ///   - deadline: when to give up.
    /// - Returns: the topics that the client may see.
    /// - Throws: `.timedOut`, or what the broker answered.
    public func listTopics(
        includingInternal: Bool = false,
        deadline: Deadline
    ) async throws(KafkaError) -> [KafkaTopicListing] {
        let topics = try await self.session(deadline).query(
            deadline: deadline
        ) { client, deadline throws(KafkaError) in
            try ClusterQueries.topics(client, deadline)
        }
        return topics.filter { includingInternal || !$0.isInternal }
    }

    /// The partitions of topics, with their leaders and replicas.
    ///
    /// - Parameters:
    ///   - names: the topics.
    ///   - withWatermarks: whether to ask for the first and the last offset of each partition too.
    ///   - deadline: when to give up.
    /// - Returns: a description of each topic; `.unknownTopic` for those that do not exist. Partitions carry errors of
    ///   their own.
    /// - Throws: `.timedOut`, or what the broker answered.
    public func describeTopics(
        _ names: Set<String>,
        withWatermarks: Bool = false,
        deadline: Deadline
    ) async throws(KafkaError) -> [String: Result<KafkaTopicDescription, KafkaError>] {
        guard !names.isEmpty else { return [:] }
        for name in names { try RDKafkaAdmin.check(topic: name) }
        return try await self.session(deadline).query(deadline: deadline) { client, deadline throws(KafkaError) in
            var result: [String: Result<KafkaTopicDescription, KafkaError>] = [:]
            for name in names.sorted() {
                do throws(KafkaError) {
                    result[name] = .success(try ClusterQueries.topic(name, client, deadline))
                } catch {
                    // What failed because of the time or the network, not by an answer, is not tried with the next one.
                    guard error.rdkafkaCode >= 0 || ![.timedOut, .unavailable].contains(error.code) else { throw error }
                    result[name] = .failure(error)
                }
            }
            return withWatermarks ? ClusterQueries.addWatermarks(to: result, client, deadline) : result
        }
    }

    /// The settings of topics and brokers.
    ///
    /// - Parameters:
    ///   - resources: the topics and brokers.
    ///   - deadline: when to give up.
    /// - Returns: the settings of each, by key.
    /// - Throws: `.timedOut`, or what the broker answered for all.
    public func describeConfigs(
        _ resources: Set<KafkaConfigResource>,
        deadline: Deadline
    ) async throws(KafkaError) -> [KafkaConfigResource: Result<[KafkaConfigEntry], KafkaError>] {
        guard !resources.isEmpty else { return [:] }
        // librdkafka takes one broker in a call at most, because each answers for itself.
        let topics = resources.filter { if case .topic = $0 { true } else { false } }
        var result: [KafkaConfigResource: Result<[KafkaConfigEntry], KafkaError>] = [:]
        for group in [topics] + resources.subtracting(topics).map({ [$0] }) where !group.isEmpty {
            result.merge(try await self.configs(group, deadline)) { $1 }
        }
        return result
    }

    private func configs(
        _ resources: Set<KafkaConfigResource>,
        _ deadline: Deadline
    ) async throws(KafkaError) -> [KafkaConfigResource: Result<[KafkaConfigEntry], KafkaError>] {
        var objects = RDKafkaObjects(destroyedBy: rd_kafka_ConfigResource_destroy)
        for resource in resources { objects.append(takingOwnershipOf: try RDKafkaAdmin.resource(resource)) }
        let operation = AdminOperation.describeConfigs
        return try await self.session(deadline).perform(operation, deadline: deadline) { client, options, queue in
            objects.withArray { rd_kafka_DescribeConfigs(client, $0, $1, options.raw, queue) }
        } _: { event in
            var count = 0
            let result = rd_kafka_event_DescribeConfigs_result(event)
            let results = rd_kafka_DescribeConfigs_result_resources(result, &count)
            return RDKafkaAdmin.configs(operation, results.objects(count: count))
        }
    }

    /// The cluster's brokers.
    ///
    /// - Parameter deadline: when to give up.
    /// - Returns: the brokers that are up, and the one that administers the cluster.
    /// - Throws: `.timedOut`, or what the broker answered.
    public func describeCluster(deadline: Deadline) async throws(KafkaError) -> KafkaClusterDescription {
        try await self.session(deadline).query(deadline: deadline) { client, deadline throws(KafkaError) in
            try ClusterQueries.cluster(client, deadline)
        }
    }
}
