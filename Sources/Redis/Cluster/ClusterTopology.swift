/// Who serves which slots of a cluster, as one of its nodes sees it.
struct ClusterTopology: Sendable, Equatable {
    /// Neighbouring slots with the same servers.
    struct Range: Sendable, Equatable {
        /// The slots, by number.
        let slots: ClosedRange<UInt16>
        /// Who takes reads and writes.
        let master: RedisEndpoint
        /// Its copies, ordered so that two views of the same cluster are equal.
        let replicas: [RedisEndpoint]
    }

    /// In the order of their slots; no slot is in two of them.
    let ranges: [Range]

    /// A topology of these ranges.
    ///
    /// - Throws: `.unexpectedReply` when two of them share a slot.
    init(_ ranges: [Range]) throws(RedisError) {
        self.ranges = ranges.sorted { $0.slots.lowerBound < $1.slots.lowerBound }
        for (range, next) in zip(self.ranges, self.ranges.dropFirst())
        where range.slots.upperBound >= next.slots.lowerBound {
            throw RedisError(.unexpectedReply, "CLUSTER SLOTS names the slot \(next.slots.lowerBound) twice")
        }
    }

    /// The masters, each once, in the order of their first slots.
    var masters: [RedisEndpoint] { Self.distinct(self.ranges.map(\.master)) }

    /// The replicas, each once.
    var replicas: [RedisEndpoint] { Self.distinct(self.ranges.flatMap(\.replicas)) }

    /// How many slots have a master.
    var coveredCount: Int { self.ranges.reduce(0) { $0 + $1.slots.count } }

    /// Whether each slot has a master.
    var isComplete: Bool { self.coveredCount == HashSlot.count }

    /// Of the views of several nodes, the one that most of them share; among equals the one that covers most slots.
    ///
    /// A node that was cut off keeps an old view for a while, so one answer alone is trusted only if there is no other.
    static func mostTrusted(_ views: [ClusterTopology]) -> ClusterTopology? {
        var best: (view: ClusterTopology, votes: Int)?
        for view in views {
            let votes = views.count { $0.hasSameMasters(as: view) }
            guard let current = best else {
                best = (view, votes)
                continue
            }
            if (votes, view.coveredCount) > (current.votes, current.view.coveredCount) { best = (view, votes) }
        }
        return best?.view
    }

    private func hasSameMasters(as other: ClusterTopology) -> Bool {
        self.ranges.count == other.ranges.count
            && zip(self.ranges, other.ranges).allSatisfy { $0.slots == $1.slots && $0.master == $1.master }
    }

    private static func distinct(_ endpoints: [RedisEndpoint]) -> [RedisEndpoint] {
        var seen: Set<RedisEndpoint> = []
        return endpoints.filter { seen.insert($0).inserted }
    }
}
