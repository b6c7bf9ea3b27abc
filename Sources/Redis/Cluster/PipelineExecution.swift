/// The way of a pipeline's units through a cluster: what is open, what is sent next and where, what has an answer.
///
/// Pure bookkeeping, no I/O. The owner asks for the `step`, carries it out, reports what came of it, and so on.
///
/// Units of one slot are never under way to two nodes at once, and one that an answered unit with the same key has
/// overtaken is not sent again: so the commands on a key take effect in their order, or some of them not at all.
struct PipelineExecution: Sendable {
    /// Where a unit is sent.
    enum Destination: Sendable, Hashable {
        case owner(CommandUnit.Target)
        case node(RedisEndpoint)
        /// After `ASKING`.
        case asking(RedisEndpoint)
    }

    /// A unit to be sent.
    struct Dispatch: Sendable {
        let unit: Int
        let destination: Destination
    }

    /// What is to be done next.
    enum Step: Sendable {
        /// Find the nodes of these, make batches of them, and send those.
        case send([Dispatch])
        case wait(until: ContinuousClock.Instant)
        case finished([[RedisValue]])
        case failed(RedisError)
    }

    /// What the owner has to know of an answer.
    enum Notice: Sendable, Equatable {
        case moved(HashSlot, RedisEndpoint)
        /// The topology may have changed.
        case topologyDoubtful
        /// No connection to this node.
        case unreachable(RedisEndpoint)
    }

    private struct Entry {
        var destination: Destination
        var notBefore: ContinuousClock.Instant?
        var redirections = 0
        var delays = 0
        /// The last replies, all or some of them redirections.
        var refused: [RedisValue]?
        var answer: [RedisValue]?
    }

    let units: [CommandUnit]
    private let redirectionsMax: Int
    private var entries: [Entry]
    /// Units without an answer, in their order.
    private var open: [Int]
    private var isFirstRound = true
    private var failure: RedisError?
    /// Why a unit could not be sent last time.
    private var lastLoss: RedisError?

    init(_ units: [CommandUnit], redirectionsMax: Int) {
        self.units = units
        self.redirectionsMax = redirectionsMax
        self.entries = units.map { Entry(destination: .owner($0.target)) }
        self.open = Array(units.indices)
    }

    /// Whether a server answered a command with something else than a refusal to begin with it.
    private var hasAnswers: Bool {
        self.entries.contains { entry in
            entry.answer?.contains {
                guard case .error(let text) = $0 else { return true }
                return RedisServerErrorText.mayHaveBeenApplied(text)
            } ?? false
        }
    }

    /// What is to be done at `now`.
    mutating func step(at now: ContinuousClock.Instant, deadline: ContinuousClock.Instant) -> Step {
        if let failure = self.failure { return .failed(self.aware(failure)) }
        if self.open.isEmpty { return .finished(self.entries.map { $0.answer ?? [] }) }
        var earliest: ContinuousClock.Instant?
        var waitingSlots: Set<HashSlot> = []
        var ready: [Dispatch] = []
        for unit in self.open {
            if let time = self.entries[unit].notBefore, time > now {
                earliest = min(earliest ?? time, time)
                if let slot = self.units[unit].slot { waitingSlots.insert(slot) }
            } else if let slot = self.units[unit].slot, waitingSlots.contains(slot) {
                // Behind a unit of its slot that waits.
            } else {
                ready.append(Dispatch(unit: unit, destination: self.entries[unit].destination))
            }
        }
        if !ready.isEmpty { return .send(ready) }
        let time = earliest ?? now
        guard time >= deadline else { return .wait(until: time) }
        return self.giveUp()
    }

    /// Groups dispatches by node, leaving out those that have to wait for an earlier unit of their slot.
    ///
    /// - Parameters:
    ///   - dispatches: what `step` said.
    ///   - nodes: the node of each.
    /// - Returns: the batches, which can be sent at the same time.
    mutating func batches<Node: AnyObject & Sendable>(_ dispatches: [Dispatch], _ nodes: [Node]) -> [NodeBatch<Node>] {
        var batches: [NodeBatch<Node>] = []
        var indices: [ObjectIdentifier: Int] = [:]
        var places: [HashSlot: (node: ObjectIdentifier, isAsking: Bool)] = [:]
        var heldSlots: Set<HashSlot> = []
        for (dispatch, node) in zip(dispatches, nodes) {
            let id = ObjectIdentifier(node)
            var isAsking = false
            if case .asking = dispatch.destination { isAsking = true }
            // At first the table alone decides, so that a slot has one node.
            if !self.isFirstRound, let slot = self.units[dispatch.unit].slot {
                let place = places[slot] ?? (id, isAsking)
                guard place == (id, isAsking), !heldSlots.contains(slot) else {
                    // What follows on the slot is held too, or it would overtake.
                    heldSlots.insert(slot)
                    // An `ASK` is good for the moment only: later the owner is asked again.
                    self.entries[dispatch.unit].destination = .owner(self.units[dispatch.unit].target)
                    continue
                }
                places[slot] = place
            }
            let index = indices[id] ?? batches.count
            if index == batches.count {
                indices[id] = index
                batches.append(NodeBatch(node: node))
            }
            batches[index].append(dispatch.unit, self.units[dispatch.unit].commands, isAsking: isAsking)
        }
        return batches
    }

    /// Takes the replies to a batch, one for each command of it.
    ///
    /// - Parameters:
    ///   - replies: the replies, those to `ASKING` included.
    ///   - parts: the parts of the batch.
    ///   - node: who answered.
    ///   - now: the time.
    ///   - delay: the delay before a try, from the number of tries that a unit had.
    /// - Returns: what they say about the cluster.
    mutating func received<Node>(
        _ replies: [RedisValue],
        _ parts: [NodeBatch<Node>.Part],
        from node: RedisEndpoint,
        now: ContinuousClock.Instant,
        delay: (Int) -> Duration
    ) -> [Notice] {
        self.isFirstRound = false
        guard let expected = parts.last?.replies.upperBound, replies.count == expected else {
            self.failure = RedisError(.protocolViolation, "a reply is missing", mayHaveBeenApplied: true)
            return []
        }
        var notices: [Notice] = []
        var redirected: [Int] = []
        for part in parts {
            let own = Array(replies[part.replies])
            guard let redirection = self.units[part.unit].redirection(in: own, from: node) else {
                self.entries[part.unit].answer = own
                continue
            }
            self.entries[part.unit].refused = own
            redirected.append(part.unit)
            notices += self.redirect(part.unit, redirection, now: now, delay: delay)
        }
        if !redirected.isEmpty { self.settleOvertaken(redirected, parts.map(\.unit)) }
        self.open.removeAll { self.entries[$0].answer != nil }
        return notices
    }

    /// Takes the error of a whole batch.
    mutating func failed<Node>(
        _ error: RedisError,
        _ parts: [NodeBatch<Node>.Part],
        at node: RedisEndpoint,
        now: ContinuousClock.Instant,
        delay: (Int) -> Duration
    ) -> [Notice] {
        self.isFirstRound = false
        let isLost = error.code == .connectionLost || error.code == .closed
        guard isLost, !error.mayHaveBeenApplied else {
            // The first error that may have been applied says the most.
            if self.failure?.mayHaveBeenApplied != true { self.failure = error }
            if isLost { return [.unreachable(node)] }
            return error.code == .deadlineExceeded ? [.topologyDoubtful] : []
        }
        self.lastLoss = error
        for part in parts {
            self.postpone(part.unit, now: now, delay: delay)
            // A command to each master goes to this one or to none.
            self.entries[part.unit].destination = .owner(self.units[part.unit].target)
        }
        return [.unreachable(node)]
    }

    /// Ends with `error`, which stopped the owner from carrying out a step.
    mutating func stop(_ error: RedisError) {
        self.failure = self.failure ?? error
    }

    private mutating func redirect(
        _ unit: Int,
        _ redirection: Redirection,
        now: ContinuousClock.Instant,
        delay: (Int) -> Duration
    ) -> [Notice] {
        switch redirection {
        case .moved(let slot, let endpoint?):
            self.sendOn(unit, to: .node(endpoint), now: now, delay: delay)
            return [.moved(slot, endpoint), .topologyDoubtful]
        case .ask(let endpoint?):
            self.sendOn(unit, to: .asking(endpoint), now: now, delay: delay)
            return []
        case .moved(_, nil), .ask(nil):
            // The server does not know where, but perhaps another one does.
            self.sendOn(unit, to: .owner(self.units[unit].target), now: now, delay: delay)
            if self.entries[unit].answer == nil { self.postpone(unit, now: now, delay: delay) }
            return [.topologyDoubtful]
        case .later(let changesNode):
            self.postpone(unit, now: now, delay: delay)
            self.entries[unit].destination = .owner(self.units[unit].target)
            return changesNode ? [.topologyDoubtful] : []
        }
    }

    private mutating func sendOn(
        _ unit: Int,
        to destination: Destination,
        now: ContinuousClock.Instant,
        delay: (Int) -> Duration
    ) {
        self.entries[unit].destination = destination
        self.entries[unit].notBefore = nil
        self.entries[unit].redirections += 1
        let count = self.entries[unit].redirections
        if count > self.redirectionsMax {
            self.entries[unit].answer = self.entries[unit].refused.map { self.explained($0, count - 1) }
        } else if count > 2 {
            // Nodes that disagree come to an agreement by waiting only; what they say now will be of no use then.
            self.postpone(unit, now: now, delay: delay)
            self.entries[unit].destination = .owner(self.units[unit].target)
        }
    }

    private mutating func postpone(_ unit: Int, now: ContinuousClock.Instant, delay: (Int) -> Duration) {
        self.entries[unit].delays += 1
        self.entries[unit].notBefore = now.advanced(by: delay(self.entries[unit].delays))
    }

    /// The redirection is the answer to a unit that another one with the same key has overtaken.
    private mutating func settleOvertaken(_ redirected: [Int], _ sent: [Int]) {
        for unit in redirected where self.entries[unit].answer == nil {
            guard let slot = self.units[unit].slot else { continue }
            let later = sent.filter { $0 > unit && self.units[$0].slot == slot && self.entries[$0].answer != nil }
            guard !later.isEmpty else { continue }
            let keys = self.units[unit].keys
            if later.contains(where: { !self.units[$0].keys.isDisjoint(with: keys) }) {
                self.entries[unit].answer = self.entries[unit].refused
            }
        }
    }

    /// No time is left for another try.
    private mutating func giveUp() -> Step {
        for unit in self.open {
            guard let refused = self.entries[unit].refused else {
                let error = self.lastLoss ?? RedisError(.deadlineExceeded, "no node could take the command in time")
                return .failed(self.aware(error))
            }
            self.entries[unit].answer = refused
        }
        self.open = []
        return .finished(self.entries.map { $0.answer ?? [] })
    }

    /// The error, which knows of the answers to other units.
    private func aware(_ error: RedisError) -> RedisError {
        var error = error
        error.mayHaveBeenApplied = error.mayHaveBeenApplied || self.hasAnswers
        return error
    }

    private func explained(_ replies: [RedisValue], _ count: Int) -> [RedisValue] {
        replies.map { reply in
            guard case .error(let text) = reply, text.hasPrefix("MOVED") || text.hasPrefix("ASK") else { return reply }
            return .error("\(text) (given up after \(count) redirections: the nodes do not agree about the slot)")
        }
    }
}
