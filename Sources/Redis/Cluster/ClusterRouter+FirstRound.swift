import Synchronization

/// The first round of a pipeline in which each command has one slot: nearly all of them, and nearly always the last
/// round too, so that it keeps no books.
extension ClusterRouter {
    /// The slot of each command; `nil` when one of them needs a plan or is refused.
    static func slots(of commands: [RawCommand]) -> [HashSlot]? {
        var slots: [HashSlot] = []
        slots.reserveCapacity(commands.count)
        for command in commands {
            // The plan will say what is wrong with it.
            guard case .slot(let slot)? = try? CommandRoute(command) else { return nil }
            slots.append(slot)
        }
        return slots
    }

    /// The commands by node; `nil` when a slot has none.
    func batches(_ commands: [RawCommand], _ slots: [HashSlot]) -> [NodeBatch<Node>]? {
        let nodes = self.state.withLock { state in slots.map { state.table.node(for: $0) } }
        var batches: [NodeBatch<Node>] = []
        var indices: [ObjectIdentifier: Int] = [:]
        for (unit, node) in nodes.enumerated() {
            guard let node else { return nil }
            let index = indices[ObjectIdentifier(node)] ?? batches.count
            if index == batches.count {
                indices[ObjectIdentifier(node)] = index
                batches.append(NodeBatch(node: node))
            }
            batches[index].append(unit, CollectionOfOne(commands[unit]), isAsking: false)
        }
        return batches
    }

    /// The replies in the order of the commands; `nil` unless each command was answered, and not by a redirection.
    static func replies(_ count: Int, _ outcomes: [(NodeBatch<Node>, Reply)]) -> [RedisValue]? {
        var all = [RedisValue](repeating: .null, count: count)
        for (batch, outcome) in outcomes {
            guard case .success(let replies) = outcome, replies.count == batch.parts.count else { return nil }
            for (part, reply) in zip(batch.parts, replies) {
                if case .error(let text) = reply, Redirection(text, from: batch.node.address) != nil { return nil }
                all[part.unit] = reply
            }
        }
        return all
    }
}
