/// What has happened in a slot, counted under its lock: a hit then pays for an addition and no atomic operation.
@usableFromInline
struct LocalCacheCounts: Sendable, Hashable {
    @usableFromInline var hits = 0
    var misses = 0
    var loads = 0
    var evictions = 0
    var invalidations = 0
    var flushes = 0

    init() {}

    static func + (left: Self, right: Self) -> Self {
        left.combined(right, &+)
    }

    static func - (left: Self, right: Self) -> Self {
        left.combined(right, &-)
    }

    private func combined(_ other: Self, _ combine: (Int, Int) -> Int) -> Self {
        var result = Self()
        result.hits = combine(self.hits, other.hits)
        result.misses = combine(self.misses, other.misses)
        result.loads = combine(self.loads, other.loads)
        result.evictions = combine(self.evictions, other.evictions)
        result.invalidations = combine(self.invalidations, other.invalidations)
        result.flushes = combine(self.flushes, other.flushes)
        return result
    }
}
