/// The sizes and lifetimes of a `LocalCache`.
public struct LocalCacheOptions: Sendable, Hashable {
    /// When entries that are too old go away.
    public enum Expiry: Sendable, Hashable {
        /// When they are touched or make room; until then they take up memory.
        case lazy
        /// The same, and so often `LocalCache.run()` removes those that nobody touches.
        case swept(every: Duration)
    }

    /// Parts with a lock of their own, 1 to 65,536; more of them, fewer callers in each other's way.
    public var slots: Int
    /// Entries of one slot at the most, 1 to 16,777,216; the one that was used longest ago makes room.
    public var slotCapacity: Int
    /// How long a value is kept; zero keeps none, and then calls only share loads that are under way.
    public var successLifetime: Duration
    /// How long the error of a load is kept and thrown again; zero keeps none.
    public var failureLifetime: Duration
    /// When entries that are too old go away.
    public var expiry: Expiry
    /// Names that one entry may be linked to, 0 to 1,024.
    public var linksMax: Int
    /// How often `LocalCache.run()` hands the counts to the metrics.
    public var reportInterval: Duration

    /// Sizes and lifetimes; by default up to 10,000,000 entries in 500 slots, values for 60 s and errors for 5 s.
    public init(
        slots: Int = 500,
        slotCapacity: Int = 20_000,
        successLifetime: Duration = .seconds(60),
        failureLifetime: Duration = .seconds(5),
        expiry: Expiry = .lazy,
        linksMax: Int = 16,
        reportInterval: Duration = .seconds(5)
    ) {
        self.slots = slots
        self.slotCapacity = slotCapacity
        self.successLifetime = successLifetime
        self.failureLifetime = failureLifetime
        self.expiry = expiry
        self.linksMax = linksMax
        self.reportInterval = reportInterval
    }

    /// What is wrong with these options, if anything.
    func validate() throws(LocalCacheError) {
        guard (1...65_536).contains(self.slots) else {
            throw LocalCacheError(.invalidArgument, "slots must be 1 to 65,536")
        }
        guard (1...16_777_216).contains(self.slotCapacity) else {
            throw LocalCacheError(.invalidArgument, "slotCapacity must be 1 to 16,777,216")
        }
        guard (0...1_024).contains(self.linksMax) else {
            throw LocalCacheError(.invalidArgument, "linksMax must be 0 to 1,024")
        }
        guard self.successLifetime >= .zero, self.failureLifetime >= .zero else {
            throw LocalCacheError(.invalidArgument, "a lifetime must not be negative")
        }
        guard self.reportInterval > .zero else {
            throw LocalCacheError(.invalidArgument, "reportInterval must be positive")
        }
        if case .swept(let interval) = self.expiry, interval <= .zero {
            throw LocalCacheError(.invalidArgument, "the interval between sweeps must be positive")
        }
    }
}
