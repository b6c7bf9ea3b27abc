import Logging
import ServerRuntime

extension Broker {
    /// Stores how far a group has come; answers when that is as safe as the policy demands.
    func commitOffsets(_ request: OffsetCommitAPI.Request, _ call: BrokerCall) {
        let refusal = self.commitRefusal(request)
        var response = OffsetCommitAPI.Response()
        var changes: [StateChange] = []
        let now = self.clock.milliseconds
        for topic in request.topics {
            var results = OffsetCommitAPI.TopicResult(name: topic.name)
            for part in topic.partitions {
                var result = PartitionError(index: part.index, error: refusal)
                let metadata = part.metadata ?? ""
                if result.error == .none, self.topics[topic.name]?.partition(part.index) == nil {
                    result.error = .unknownTopicOrPartition
                }
                if metadata.utf8.count > self.configuration.limits.offsetMetadataBytesMax {
                    result.error = .offsetMetadataTooLarge
                }
                if result.error == .none {
                    let committed = CommittedOffset(
                        offset: part.offset,
                        leaderEpoch: part.leaderEpoch,
                        metadata: metadata,
                        time: now
                    )
                    changes.append(
                        .commit(group: request.group, topic: topic.name, partition: part.index, committed)
                    )
                }
                results.partitions.append(result)
            }
            response.topics.append(results)
        }
        self.store(changes, response, call)
    }

    private func store(_ changes: [StateChange], _ response: OffsetCommitAPI.Response, _ call: BrokerCall) {
        func failed() -> OffsetCommitAPI.Response {
            var failed = response
            for topic in failed.topics.indices {
                for index in failed.topics[topic].partitions.indices
                where failed.topics[topic].partitions[index].error == .none {
                    failed.topics[topic].partitions[index].error = .coordinatorNotAvailable
                }
            }
            return failed
        }
        guard !changes.isEmpty else {
            call.answer(OffsetCommitAPI.self, response)
            return
        }
        do throws(StorageError) {
            let end = try self.storeState(changes)
            self.state.log.whenVisible(end) { error in
                call.answer(OffsetCommitAPI.self, error == nil ? response : failed())
            }
        } catch {
            self.logger.error("offsets not stored", metadata: ["reason": "\(error)"])
            call.answer(OffsetCommitAPI.self, failed())
        }
    }

    private func commitRefusal(_ request: OffsetCommitAPI.Request) -> ErrorCode {
        guard !request.group.isEmpty else { return .invalidGroupID }
        if request.generation < 0, request.member.isEmpty, request.instance == nil,
            self.formerMembers[request.group] ?? .min > self.monotonicMilliseconds
        {
            // The group has members that were cut off by the restart, so only its members may commit.
            return .unknownMemberID
        }
        if let entry = self.groups[request.group] {
            return entry.group.mayCommit(
                member: request.member,
                instance: request.instance,
                generation: request.generation,
                now: self.monotonicMilliseconds
            )
        }
        // Without members only those may commit who do not claim to be one.
        guard request.generation < 0, request.member.isEmpty else {
            return self.state.table.groups[request.group] == nil ? .illegalGeneration : .unknownMemberID
        }
        let count = max(self.groups.count, self.state.table.groups.count)
        guard self.state.table.groups[request.group] != nil || count < self.configuration.limits.groupsMax else {
            return .coordinatorNotAvailable
        }
        return .none
    }

    /// Tells how far a group has come.
    func fetchOffsets(_ request: OffsetFetchAPI.Request, _ call: BrokerCall) {
        var response = OffsetFetchAPI.Response()
        let offsets = self.state.table.groups[request.group]?.offsets ?? [:]
        if let topics = request.topics {
            for topic in topics {
                var results = OffsetFetchAPI.TopicResult(name: topic.name)
                results.partitions = topic.partitions.map { index in
                    Self.result(index, offsets[.init(topic: topic.name, partition: index)])
                }
                response.topics.append(results)
            }
        } else {
            let byTopic = Dictionary(grouping: offsets, by: \.key.topic)
            for (name, places) in byTopic.sorted(by: { $0.key < $1.key }) {
                var results = OffsetFetchAPI.TopicResult(name: name)
                results.partitions = places.sorted { $0.key.partition < $1.key.partition }.map {
                    Self.result($0.key.partition, $0.value)
                }
                response.topics.append(results)
            }
        }
        // What is told is as safe as what was confirmed. After a failed sync the broker goes on with what it knows.
        self.state.log.whenVisible(self.state.log.endOffset) { _ in call.answer(OffsetFetchAPI.self, response) }
    }

    private static func result(_ index: Int32, _ committed: CommittedOffset?) -> OffsetFetchAPI.PartitionResult {
        var result = OffsetFetchAPI.PartitionResult(index: index)
        if let committed {
            result.offset = committed.offset
            result.leaderEpoch = committed.leaderEpoch
            result.metadata = committed.metadata
        }
        return result
    }

    /// Forgets committed offsets.
    func deleteOffsets(_ request: OffsetDeleteAPI.Request, _ call: BrokerCall) {
        var response = OffsetDeleteAPI.Response()
        guard let stored = self.state.table.groups[request.group] else {
            response.error = .groupIDNotFound
            call.answer(OffsetDeleteAPI.self, response)
            return
        }
        // Who consumes what only the members know: while there are some, nothing is forgotten under their feet.
        let hasMembers = self.groups[request.group]?.group.members.isEmpty == false
        var changes: [StateChange] = []
        for topic in request.topics {
            var results = OffsetCommitAPI.TopicResult(name: topic.name)
            for index in topic.partitions {
                let error: ErrorCode = hasMembers ? .groupSubscribedToTopic : .none
                results.partitions.append(.init(index: index, error: error))
                if !hasMembers, stored.offsets[.init(topic: topic.name, partition: index)] != nil {
                    changes.append(.forgetOffset(group: request.group, topic: topic.name, partition: index))
                }
            }
            response.topics.append(results)
        }
        do throws(StorageError) {
            if !changes.isEmpty { _ = try self.storeState(changes) }
        } catch {
            response = OffsetDeleteAPI.Response(error: .coordinatorNotAvailable)
        }
        call.answer(OffsetDeleteAPI.self, response)
    }

    /// A topic is gone, and with it what groups have read of it.
    func forgetOffsets(of topic: String) {
        var changes: [StateChange] = []
        for (name, group) in self.state.table.groups {
            for place in group.offsets.keys where place.topic == topic {
                changes.append(.forgetOffset(group: name, topic: topic, partition: place.partition))
            }
        }
        guard !changes.isEmpty else { return }
        do throws(StorageError) {
            _ = try self.storeState(changes)
        } catch {
            self.logger.warning("offsets of a removed topic stay", metadata: ["topic": "\(topic)"])
        }
    }
}
