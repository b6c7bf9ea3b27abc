/// The nodes of a cluster and who of them serves which slot, as far as the client knows.
///
/// Pure bookkeeping, no I/O: nodes are made and closed by the owner, outside its lock.
struct ClusterTable<Node: AnyObject & Sendable>: Sendable {
    private struct Member {
        let endpoint: RedisEndpoint
        let node: Node
        /// Named as a master by the topology or by `MOVED`.
        var isMaster: Bool
        /// When nothing named it any more; `nil` for members that the topology names.
        var unnamedSince: ContinuousClock.Instant?
        var lastFailure: ContinuousClock.Instant?
    }

    private struct Patch {
        let endpoint: RedisEndpoint
        let time: ContinuousClock.Instant
    }

    private static var unserved: UInt16 { .max }

    /// How long a node that nothing names any more is kept, so that calls under way get their replies; as a node that
    /// is about to get its first slots is not named either.
    private let retirement: Duration
    /// For each slot the index of its master in `members`.
    private var slots: [UInt16]
    private var members: [Member] = []

    /// All nodes, masters and those that are on their way out.
    var nodes: [Node] { self.members.map(\.node) }
    private var indices: [RedisEndpoint: Int] = [:]
    /// What `MOVED` has said since the last topology.
    private var patches: [HashSlot: Patch] = [:]

    /// What was applied last; `nil` before the first.
    private(set) var topology: ClusterTopology?

    init(retirement: Duration) {
        self.retirement = retirement
        self.slots = Array(repeating: Self.unserved, count: HashSlot.count)
    }

    /// The node that serves `slot`.
    func node(for slot: HashSlot) -> Node? {
        let index = Int(self.slots[Int(slot.number)])
        return index < self.members.count ? self.members[index].node : nil
    }

    /// The node at `endpoint`.
    func node(at endpoint: RedisEndpoint) -> Node? {
        self.indices[endpoint].map { self.members[$0].node }
    }

    /// The masters, with their addresses.
    var masters: [(endpoint: RedisEndpoint, node: Node)] {
        self.members.filter(\.isMaster).map { ($0.endpoint, $0.node) }
    }

    /// Some master.
    func anyMaster(using generator: inout some RandomNumberGenerator) -> Node? {
        self.members.filter(\.isMaster).randomElement(using: &generator)?.node
    }

    /// All addresses that may know the topology, in groups: nodes that stand, replicas, nodes that failed lately.
    func addresses(
        at now: ContinuousClock.Instant,
        using generator: inout some RandomNumberGenerator
    ) -> [[RedisEndpoint]] {
        let failed = self.members.filter { self.hasFailedLately($0, now) }.map(\.endpoint)
        let standing = self.members.filter { !self.hasFailedLately($0, now) }.map(\.endpoint)
        let others = (self.topology?.replicas ?? []).filter { self.indices[$0] == nil }
        return [standing, others, failed].map { $0.shuffled(using: &generator) }
    }

    /// The node at `endpoint`, which is in use again: its time to leave begins anew.
    mutating func use(_ endpoint: RedisEndpoint, now: ContinuousClock.Instant) -> Node? {
        guard let index = self.indices[endpoint] else { return nil }
        if self.members[index].unnamedSince != nil { self.members[index].unnamedSince = now }
        return self.members[index].node
    }

    /// Adds a node, unless there is one at that address already.
    ///
    /// - Returns: the node at that address from now on.
    mutating func adopt(_ node: Node, at endpoint: RedisEndpoint, now: ContinuousClock.Instant) -> Node {
        if let present = self.use(endpoint, now: now) { return present }
        // More masters than slots would be needed to come near this.
        guard self.members.count < Int(Self.unserved) else { return node }
        self.indices[endpoint] = self.members.count
        self.members.append(Member(endpoint: endpoint, node: node, isMaster: false, unnamedSince: now))
        return node
    }

    /// Notes that `slot` is served at `endpoint`, which must have been adopted.
    mutating func moved(_ slot: HashSlot, to endpoint: RedisEndpoint, now: ContinuousClock.Instant) {
        self.patches[slot] = Patch(endpoint: endpoint, time: now)
        self.assign(slot, to: endpoint)
    }

    /// Notes that a connection to `endpoint` broke or could not be made.
    mutating func failed(_ endpoint: RedisEndpoint, now: ContinuousClock.Instant) {
        guard let index = self.indices[endpoint] else { return }
        self.members[index].lastFailure = now
    }

    /// The masters of `topology` that are not here.
    func missing(in topology: ClusterTopology) -> [RedisEndpoint] {
        topology.masters.filter { self.indices[$0] == nil }
    }

    /// Takes over a topology.
    ///
    /// - Parameters:
    ///   - topology: who serves what; what `MOVED` has said since `asked` stays.
    ///   - asked: when the question was sent.
    ///   - created: nodes for its masters, as far as they were missing.
    ///   - now: the time.
    /// - Returns: nodes to close: those that have left, and those of `created` that are not needed.
    mutating func apply(
        _ topology: ClusterTopology,
        asked: ContinuousClock.Instant,
        created: [RedisEndpoint: Node],
        now: ContinuousClock.Instant
    ) -> [Node] {
        var surplus: [Node] = []
        for endpoint in topology.masters {
            guard let node = created[endpoint], self.adopt(node, at: endpoint, now: now) !== node else { continue }
            surplus.append(node)
        }
        let masters = Set(topology.masters)
        let named = masters.union(topology.replicas)
        for index in self.members.indices {
            let endpoint = self.members[index].endpoint
            self.members[index].isMaster = masters.contains(endpoint)
            self.members[index].unnamedSince =
                named.contains(endpoint) ? nil : self.members[index].unnamedSince ?? now
        }
        self.topology = topology
        self.patches = self.patches.filter { $0.value.time >= asked }
        self.assignSlots()
        return surplus + self.takeLeavers(now: now)
    }

    /// Removes the nodes whose time to leave has come; the owner closes them.
    mutating func takeLeavers(now: ContinuousClock.Instant) -> [Node] {
        let leaves = self.members.map { member in
            guard let since = member.unnamedSince, !member.isMaster else { return false }
            // Calls that wait inside a node that is gone for good must get out of it at once.
            return since.advanced(by: self.retirement) <= now || self.hasFailedLately(member, now)
        }
        guard leaves.contains(true) else { return [] }
        let leavers = zip(self.members, leaves).filter(\.1).map(\.0.node)
        self.members = zip(self.members, leaves).filter { !$0.1 }.map(\.0)
        self.indices = Dictionary(
            uniqueKeysWithValues: self.members.enumerated().map { ($0.element.endpoint, $0.offset) }
        )
        self.assignSlots()
        return leavers
    }

    /// When `takeLeavers` will find something, if nothing else happens.
    var nextLeave: ContinuousClock.Instant? {
        self.members.filter { !$0.isMaster }.compactMap { $0.unnamedSince?.advanced(by: self.retirement) }.min()
    }

    /// Forgets everything.
    ///
    /// - Returns: all nodes, to be closed.
    mutating func removeAll() -> [Node] {
        let nodes = self.members.map(\.node)
        self = ClusterTable(retirement: self.retirement)
        return nodes
    }

    private func hasFailedLately(_ member: Member, _ now: ContinuousClock.Instant) -> Bool {
        member.lastFailure.map { $0.advanced(by: self.retirement) > now } ?? false
    }

    private mutating func assign(_ slot: HashSlot, to endpoint: RedisEndpoint) {
        guard let index = self.indices[endpoint] else { return }
        self.members[index].isMaster = true
        self.slots[Int(slot.number)] = UInt16(index)
    }

    private mutating func assignSlots() {
        for slot in self.slots.indices { self.slots[slot] = Self.unserved }
        for range in self.topology?.ranges ?? [] {
            guard let index = self.indices[range.master] else { continue }
            for slot in range.slots { self.slots[Int(slot)] = UInt16(index) }
        }
        for (slot, patch) in self.patches { self.assign(slot, to: patch.endpoint) }
    }
}
