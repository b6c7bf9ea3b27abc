/// The sentinels that are known, the one that answered last first.
///
/// Pure. Those of the configuration are never forgotten; of the learnt ones the latest list counts.
struct SentinelDirectory: Sendable {
    private(set) var sentinels: [RedisEndpoint]
    private let configured: Set<RedisEndpoint>
    private let countMax: Int

    init(configured: [RedisEndpoint], countMax: Int) {
        var seen: Set<RedisEndpoint> = []
        self.sentinels = configured.filter { seen.insert($0).inserted }
        self.configured = seen
        self.countMax = countMax
    }

    /// A sentinel answered and named others; an empty list, which a user without the right to ask gets, says nothing.
    mutating func answered(_ sentinel: RedisEndpoint, others: [RedisEndpoint]) {
        if let index = self.sentinels.firstIndex(of: sentinel), index > 0 {
            self.sentinels.remove(at: index)
            self.sentinels.insert(sentinel, at: 0)
        }
        guard !others.isEmpty else { return }
        var known = self.configured.union([sentinel])
        self.sentinels.removeAll { !known.contains($0) && !others.contains($0) }
        known.formUnion(self.sentinels)
        for other in others where self.sentinels.count < self.countMax && known.insert(other).inserted {
            self.sentinels.append(other)
        }
    }

    /// A sentinel that knows something new: it is asked first the next time.
    mutating func prefer(_ sentinel: RedisEndpoint) {
        self.answered(sentinel, others: [])
    }
}
