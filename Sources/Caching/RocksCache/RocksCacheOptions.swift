/// How a `RocksCache` behaves; the defaults are those of rockscache 0.1.
public struct RocksCacheOptions: Sendable, Hashable {
    /// What a reader may get after a tag-delete.
    public enum Consistency: Sendable, Hashable {
        /// The old value for at most `delay`, while somebody loads the new one.
        case weak
        /// Never a value older than the last tag-delete that had ended before the read began.
        case strong
    }

    /// What a fetch does when Redis does not answer.
    public enum StoreFailure: Sendable, Hashable {
        /// It throws `.store`.
        case fail
        /// It calls its loader, without keeping the result.
        ///
        /// Then every read reaches the database, whose pool must bound them.
        case load
    }

    /// How long a tag-deleted entry lives on; also taken off every lifetime.
    ///
    /// Default 10 s.
    public var delay: Duration = .seconds(10)
    /// How long "known to be absent" is kept; zero: not at all.
    ///
    /// Default 60 s.
    public var emptyExpire: Duration = .seconds(60)
    /// How long a loader owns an entry before another one may take over, in whole seconds of Redis' clock (rounded up).
    ///
    /// Default 3 s. A loader that takes longer still gives its value to its callers, but may not store it.
    public var lockExpire: Duration = .seconds(3)
    /// How often a waiting fetch looks again when it cannot be woken (`RocksCache.run()`).
    ///
    /// Default 100 ms.
    public var lockSleep: Duration = .milliseconds(100)
    /// Replicas that must have confirmed a tag-delete before it returns; 0 asks none.
    ///
    /// Default 0.
    public var waitReplicas = 0
    /// How long they have for it.
    ///
    /// Default 3 s.
    public var waitReplicasTimeout: Duration = .seconds(3)
    /// Each lifetime is shortened by a random share of itself, at most this one, so that entries do not end together.
    ///
    /// Default 0.1.
    public var randomExpireAdjustment = 0.1
    /// Whether each fetch calls its loader and leaves Redis alone.
    ///
    /// Default `false`.
    public var isCacheReadDisabled = false
    /// Whether tag-deletes do nothing.
    ///
    /// Default `false`.
    public var isCacheDeleteDisabled = false
    /// Default `.weak`.
    public var consistency: Consistency = .weak
    /// Default `.fail`.
    public var storeFailure: StoreFailure = .fail
    /// How long one request to Redis may take.
    ///
    /// Default 1 s.
    public var storeTimeout: Duration = .seconds(1)
    /// How long a fetch without a deadline may take, loading included.
    ///
    /// Default 30 s.
    public var waitTimeout: Duration = .seconds(30)
    /// The share of hits, between 0 and 1, whose entry is compared with what its loader says.
    ///
    /// Default 0.
    ///
    /// Needs `RocksCache.run()`.
    public var consistencyCheckRate = 0.0

    /// The defaults.
    public init() {}

    /// Throws when an option cannot be used.
    func validate() throws(RocksCacheError) {
        try Self.require(self.delay > .zero, "delay must be above zero, got \(self.delay)")
        try Self.require(self.lockExpire > .zero, "lockExpire must be above zero, got \(self.lockExpire)")
        try Self.require(
            self.lockExpire <= .seconds(86_400),
            "lockExpire must be at most a day, got \(self.lockExpire)"
        )
        try Self.require(self.lockSleep > .zero, "lockSleep must be above zero, got \(self.lockSleep)")
        try Self.require(self.emptyExpire >= .zero, "emptyExpire must not be negative, got \(self.emptyExpire)")
        try Self.require(self.waitReplicas >= 0, "waitReplicas must not be negative, got \(self.waitReplicas)")
        try Self.require(
            self.waitReplicasTimeout > .zero,
            "waitReplicasTimeout must be above zero, got \(self.waitReplicasTimeout)"
        )
        try Self.require(
            (0..<1).contains(self.randomExpireAdjustment),
            "randomExpireAdjustment must be at least 0 and below 1, got \(self.randomExpireAdjustment)"
        )
        try Self.require(self.storeTimeout > .zero, "storeTimeout must be above zero, got \(self.storeTimeout)")
        try Self.require(self.waitTimeout > .zero, "waitTimeout must be above zero, got \(self.waitTimeout)")
        try Self.require(
            (0...1).contains(self.consistencyCheckRate),
            "consistencyCheckRate must be between 0 and 1, got \(self.consistencyCheckRate)"
        )
    }

    private static func require(_ isMet: Bool, _ rule: String) throws(RocksCacheError) {
        guard isMet else { throw RocksCacheError(.invalidArgument, rule) }
    }
}
