import Caching
import Logging
import Redis

/// A value that is its own form in bytes, so that no coder is measured.
struct CachedBytes: CacheValue {
    let bytes: [UInt8]

    init(count: Int) {
        self.bytes = [UInt8](repeating: 120, count: count)
    }

    init(cacheBytes: [UInt8]) {
        self.bytes = cacheBytes
    }

    func cacheBytes() -> [UInt8] { self.bytes }
}

extension RocksCache {
    /// A cache with the options that OpenIM uses.
    static func forBench(_ redis: RedisClient) throws -> RocksCache {
        var options = RocksCacheOptions()
        options.consistency = .strong
        options.lockExpire = .seconds(11)
        options.randomExpireAdjustment = 0.2
        return try RocksCache(redis: redis, options: options, logger: Logger(label: "bench"))
    }
}
