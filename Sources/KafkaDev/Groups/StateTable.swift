/// What the broker remembers beside records: committed offsets, generations, used producer ids.
struct StateTable: Equatable {
    /// A partition of a topic.
    struct TopicPartition: Hashable {
        var topic: String
        var partition: Int32
    }

    /// What is remembered of a group.
    struct Group: Equatable {
        var generation: Int32 = 0
        /// How long its members may be alive after their last sign, in milliseconds; 0 without members.
        var sessionTimeoutMilliseconds: Int64 = 0
        /// When its last member went, in Unix milliseconds; 0 when it never had one.
        var emptySince: Int64 = 0
        var offsets: [TopicPartition: CommittedOffset] = [:]
    }

    private(set) var groups: [String: Group] = [:]
    private(set) var producerIDsBelow: Int64 = 0

    /// Applies a change.
    mutating func apply(_ change: StateChange) {
        switch change {
        case .commit(let group, let topic, let partition, let committed):
            self.groups[group, default: Group()].offsets[.init(topic: topic, partition: partition)] = committed
        case .forgetOffset(let group, let topic, let partition):
            self.groups[group]?.offsets[.init(topic: topic, partition: partition)] = nil
        case .generation(let group, let generation):
            self.groups[group, default: Group()].generation = generation
        case .forgetGroup(let group):
            self.groups[group] = nil
        case .members(let group, let timeout):
            self.groups[group, default: Group()].sessionTimeoutMilliseconds = timeout
        case .noMembers(let group, let time):
            self.groups[group, default: Group()].sessionTimeoutMilliseconds = 0
            self.groups[group]?.emptySince = time
        case .producerIDs(let below):
            self.producerIDsBelow = max(self.producerIDsBelow, below)
        }
    }

    /// The changes that make this table of an empty one.
    var changes: [StateChange] {
        var changes: [StateChange] = [.producerIDs(below: self.producerIDsBelow)]
        for (name, group) in self.groups {
            changes.append(.generation(group: name, group.generation))
            if group.emptySince > 0 { changes.append(.noMembers(group: name, since: group.emptySince)) }
            if group.sessionTimeoutMilliseconds > 0 {
                let timeout = group.sessionTimeoutMilliseconds
                changes.append(.members(group: name, sessionTimeoutMilliseconds: timeout))
            }
            for (place, committed) in group.offsets {
                changes.append(.commit(group: name, topic: place.topic, partition: place.partition, committed))
            }
        }
        return changes
    }
}
