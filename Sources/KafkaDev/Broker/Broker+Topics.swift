import Logging
import NIOCore
import NIOPosix

extension Broker {
    /// Tells topics and partitions.
    func metadata(_ request: MetadataAPI.Request, _ call: BrokerCall) {
        var response = MetadataAPI.Response()
        response.brokers = [.init(id: Self.nodeID, host: self.address.host, port: Int32(clamping: self.address.port))]
        response.clusterID = self.catalog.clusterID
        response.controller = Self.nodeID
        if let names = request.topics {
            response.topics = names.map { self.describe($0.name, mayCreate: request.allowsCreation) }
        } else {
            response.topics = self.topics.keys.sorted().map { self.describe($0, mayCreate: false) }
        }
        call.answer(MetadataAPI.self, response)
    }

    private func describe(_ name: String, mayCreate: Bool) -> MetadataAPI.Topic {
        if self.topics[name] == nil {
            guard TopicName.isValid(name) else { return .init(error: .invalidTopic, name: name) }
            guard mayCreate, let count = self.configuration.autoCreatedPartitions else {
                return .init(error: .unknownTopicOrPartition, name: name)
            }
            do {
                try self.create(name, partitions: count, config: TopicConfig())
            } catch {
                return .init(error: error.code, name: name)
            }
        }
        let count = self.topics[name]?.partitions.count ?? 0
        return .init(
            name: name,
            partitions: (0..<count).map { .init(index: Int32(clamping: $0), leader: Self.nodeID) }
        )
    }

    /// Why something about topics was refused.
    struct Refusal: Error {
        let code: ErrorCode
        let message: String
    }

    /// Makes a topic, within the bounds.
    private func create(_ name: String, partitions: Int, config: TopicConfig) throws(Refusal) {
        try self.checkRoom(for: partitions)
        do throws(StorageError) {
            _ = try self.makeTopic(name, partitions: partitions, config: config)
        } catch {
            self.logger.error("topic not made", metadata: ["topic": "\(name)", "reason": "\(error)"])
            throw Refusal(code: .storageError, message: "\(error)")
        }
    }

    private func checkRoom(for partitions: Int) throws(Refusal) {
        let count = self.topics.values.reduce(0) { $0 + $1.partitions.count }
        guard count + partitions <= self.configuration.limits.partitionsMax else {
            throw Refusal(
                code: .policyViolation,
                message: "at most \(self.configuration.limits.partitionsMax) partitions in all"
            )
        }
    }

    /// Makes a topic and its folders.
    func makeTopic(_ name: String, partitions: Int, config: TopicConfig) throws(StorageError) -> Topic {
        var catalog = self.catalog
        let entry = catalog.add(name, partitions: partitions, config: config)
        let topic = Topic(entry: entry, partitions: [])
        // Folders first: what the catalog names is there, and what it does not name goes at the next start.
        for index in 0..<partitions {
            topic.partitions.append(try self.openPartition(entry, index, isClean: false, syncs: false))
        }
        try self.files.syncFolder(self.topicsFolder)
        try self.storeCatalog(catalog)
        self.topics[name] = topic
        self.logger.info("topic made", metadata: ["topic": "\(name)", "partitions": "\(partitions)"])
        return topic
    }

    /// Makes topics.
    func createTopics(_ request: CreateTopicsAPI.Request, _ call: BrokerCall) {
        var response = CreateTopicsAPI.Response()
        var seen: Set<String> = []
        for wanted in request.topics {
            var result = CreateTopicsAPI.TopicResult(name: wanted.name)
            do throws(Refusal) {
                guard seen.insert(wanted.name).inserted else {
                    throw Refusal(code: .invalidRequest, message: "the topic is named twice")
                }
                let (count, config) = try self.check(wanted)
                if !request.onlyValidates { try self.create(wanted.name, partitions: count, config: config) }
                result.partitionCount = Int32(clamping: count)
                result.replicationFactor = 1
            } catch {
                result.error = error.code
                result.message = error.message
            }
            response.topics.append(result)
        }
        call.answer(CreateTopicsAPI.self, response)
    }

    private func check(_ wanted: CreateTopicsAPI.Topic) throws(Refusal) -> (Int, TopicConfig) {
        guard TopicName.isValid(wanted.name) else {
            throw Refusal(code: .invalidTopic, message: "a name is letters, digits, '.', '_', '-', at most 249")
        }
        guard self.topics[wanted.name] == nil else {
            throw Refusal(code: .topicAlreadyExists, message: "the topic exists")
        }
        var count = Int(wanted.partitionCount)
        if !wanted.assignments.isEmpty {
            guard wanted.assignments.allSatisfy({ $0.brokers == [Self.nodeID] }),
                Set(wanted.assignments.map(\.partition)) == Set(0..<Int32(clamping: wanted.assignments.count))
            else {
                throw Refusal(code: .invalidReplicaAssignment, message: "the only broker is \(Self.nodeID)")
            }
            count = wanted.assignments.count
        } else {
            if count == -1 { count = self.configuration.autoCreatedPartitions ?? 1 }
            guard wanted.replicationFactor == 1 || wanted.replicationFactor == -1 else {
                throw Refusal(code: .invalidReplicationFactor, message: "there is one broker")
            }
        }
        guard count >= 1 else { throw Refusal(code: .invalidPartitions, message: "at least one partition") }
        try self.checkRoom(for: count)
        var config = TopicConfig()
        for setting in wanted.configs {
            do throws(TopicConfig.Problem) {
                try config.set(setting.name, setting.value ?? "")
            } catch {
                throw Refusal(code: .invalidConfig, message: error.message)
            }
        }
        return (count, config)
    }

    /// Removes topics.
    func deleteTopics(_ request: DeleteTopicsAPI.Request, _ call: BrokerCall) {
        var response = DeleteTopicsAPI.Response()
        for name in request.names {
            var result = DeleteTopicsAPI.TopicResult(name: name)
            if let topic = self.topics[name] {
                do throws(StorageError) {
                    try self.remove(topic)
                } catch {
                    result.error = .storageError
                    result.message = "\(error)"
                }
            } else {
                result.error = .unknownTopicOrPartition
            }
            response.topics.append(result)
        }
        call.answer(DeleteTopicsAPI.self, response)
    }

    private func remove(_ topic: Topic) throws(StorageError) {
        var catalog = self.catalog
        catalog.remove(topic.entry.name)
        try self.storeCatalog(catalog)
        self.topics[topic.entry.name] = nil
        for partition in topic.partitions {
            partition.log.abandon()
            partition.endWaiting()
        }
        self.forgetOffsets(of: topic.entry.name)
        let folders = topic.partitions.map(\.log.folder)
        let (files, logger) = (self.files, self.logger)
        // Gigabytes take a while to remove, so elsewhere; what is left over goes at the next start.
        self.thread.submit { _ in
            for folder in folders {
                do throws(StorageError) {
                    try files.removeFolder(folder)
                } catch {
                    logger.warning("folder not removed", metadata: ["reason": "\(error)"])
                }
            }
        }
        self.logger.info("topic removed", metadata: ["topic": "\(topic.entry.name)"])
    }

    /// Adds partitions.
    func createPartitions(_ request: CreatePartitionsAPI.Request, _ call: BrokerCall) {
        var response = CreatePartitionsAPI.Response()
        for wanted in request.topics {
            var result = CreatePartitionsAPI.TopicResult(name: wanted.name)
            do throws(Refusal) {
                try self.grow(wanted, onlyValidates: request.onlyValidates)
            } catch {
                result.error = error.code
                result.message = error.message
            }
            response.topics.append(result)
        }
        call.answer(CreatePartitionsAPI.self, response)
    }

    private func grow(_ wanted: CreatePartitionsAPI.Topic, onlyValidates: Bool) throws(Refusal) {
        guard let topic = self.topics[wanted.name] else {
            throw Refusal(code: .unknownTopicOrPartition, message: "there is no such topic")
        }
        let (old, new) = (topic.partitions.count, Int(wanted.count))
        guard new > old else {
            throw Refusal(code: .invalidPartitions, message: "the topic has \(old) partitions, which cannot get fewer")
        }
        if let assignments = wanted.assignments {
            guard assignments.count == new - old, assignments.allSatisfy({ $0.brokers == [Self.nodeID] }) else {
                throw Refusal(code: .invalidReplicaAssignment, message: "the only broker is \(Self.nodeID)")
            }
        }
        try self.checkRoom(for: new - old)
        if onlyValidates { return }
        do throws(StorageError) {
            var added: [Partition] = []
            for index in old..<new {
                added.append(try self.openPartition(topic.entry, index, isClean: false, syncs: false))
            }
            try self.files.syncFolder(self.topicsFolder)
            var catalog = self.catalog
            catalog.grow(wanted.name, to: new)
            try self.storeCatalog(catalog)
            topic.entry.partitions = new
            topic.partitions += added
        } catch {
            throw Refusal(code: .storageError, message: "\(error)")
        }
    }

    /// Drops the oldest records.
    func deleteRecords(_ request: DeleteRecordsAPI.Request, _ call: BrokerCall) {
        var response = DeleteRecordsAPI.Response()
        for topic in request.topics {
            var results = DeleteRecordsAPI.TopicResult(name: topic.name)
            for part in topic.partitions {
                var result = DeleteRecordsAPI.PartitionResult(index: part.index)
                if let log = self.topics[topic.name]?.partition(part.index)?.log {
                    let offset = part.offset == -1 ? log.highWatermark : part.offset
                    if offset < 0 || offset > log.highWatermark {
                        result.error = .offsetOutOfRange
                    } else {
                        do throws(StorageError) {
                            try log.deleteRecords(before: offset)
                            result.lowWatermark = log.startOffset
                        } catch {
                            result.error = .storageError
                        }
                    }
                } else {
                    result.error = .unknownTopicOrPartition
                }
                results.partitions.append(result)
            }
            response.topics.append(results)
        }
        call.answer(DeleteRecordsAPI.self, response)
    }
}
