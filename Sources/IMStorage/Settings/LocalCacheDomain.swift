import Caching
import ServerRuntime

/// The settings of one local cache.
package struct LocalCacheDomain: Sendable, Hashable {
    /// The Redis channel on which changed keys are announced; empty: there is none, and so no cache.
    package var topic: String
    /// Parts with a lock of their own; 0: no cache.
    package var slotNum: Int
    /// Entries of a part at the most; 0: no cache.
    package var slotSize: Int
    /// How long a value is kept.
    package var successExpire: Duration
    /// How long an error is kept.
    package var failedExpire: Duration

    /// OpenIM's sizes.
    package init(
        topic: String,
        slotNum: Int = 100,
        slotSize: Int = 2000,
        successExpire: Duration = .seconds(300),
        failedExpire: Duration = .seconds(5)
    ) {
        self.topic = topic
        self.slotNum = slotNum
        self.slotSize = slotSize
        self.successExpire = successExpire
        self.failedExpire = failedExpire
    }

    /// Reads one part of `local-cache.yml`.
    init(reading section: ConfigurationSection, defaults: LocalCacheDomain) {
        let seconds = 0...86_400
        func duration(_ key: String, default fallback: Duration) -> Duration {
            .seconds(section.int(key, default: Int(fallback.components.seconds), in: seconds))
        }
        self.init(
            topic: section.optionalString("topic") ?? defaults.topic,
            slotNum: section.int("slotNum", default: defaults.slotNum, in: 0...65_536),
            slotSize: section.int("slotSize", default: defaults.slotSize, in: 0...16_777_216),
            successExpire: duration("successExpire", default: defaults.successExpire),
            failedExpire: duration("failedExpire", default: defaults.failedExpire)
        )
    }

    /// Whether the cache exists.
    package var isEnabled: Bool {
        !self.topic.isEmpty && self.slotNum > 0 && self.slotSize > 0
    }

    /// The cache's options, with values kept for `lifetimeMax` at the most.
    func options(lifetimeMax: Duration = .seconds(86_400)) -> LocalCacheOptions {
        LocalCacheOptions(
            slots: self.slotNum,
            slotCapacity: self.slotSize,
            successLifetime: min(self.successExpire, lifetimeMax),
            failureLifetime: min(self.failedExpire, lifetimeMax)
        )
    }
}
