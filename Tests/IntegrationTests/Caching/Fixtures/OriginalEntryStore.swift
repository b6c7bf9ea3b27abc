import Redis
import ServerRuntime

/// A process of rockscache 0.1: its five scripts, written from the description of what they do.
struct OriginalEntryStore: Sendable {
    enum Found: Sendable, Equatable {
        /// It is the caller's to load; with the old value.
        case locked(String?)
        /// A value, and the lock as it stands.
        case entry(String?, lockUntil: String?)
    }

    let redis: RedisClient
    /// Seconds of a load.
    var lockExpire = 1

    private static let get = RedisScript(
        """
        local v = redis.call('HGET', KEYS[1], 'value')
        local lu = redis.call('HGET', KEYS[1], 'lockUntil')
        if lu ~= false and tonumber(lu) < tonumber(ARGV[1]) or lu == false and v == false then
            redis.call('HSET', KEYS[1], 'lockUntil', ARGV[2])
            redis.call('HSET', KEYS[1], 'lockOwner', ARGV[3])
            return { v, 'LOCKED' }
        end
        return { v, lu }
        """,
        as: [String?].self
    )
    private static let set = RedisScript(
        """
        local o = redis.call('HGET', KEYS[1], 'lockOwner')
        if o ~= ARGV[2] then return end
        redis.call('HSET', KEYS[1], 'value', ARGV[1])
        redis.call('HDEL', KEYS[1], 'lockUntil')
        redis.call('HDEL', KEYS[1], 'lockOwner')
        redis.call('EXPIRE', KEYS[1], ARGV[3])
        """
    )
    private static let delete = RedisScript(
        """
        redis.call('HSET', KEYS[1], 'lockUntil', 0)
        redis.call('HDEL', KEYS[1], 'lockOwner')
        redis.call('EXPIRE', KEYS[1], ARGV[1])
        """
    )
    private static let lock = RedisScript(
        """
        local lu = redis.call('HGET', KEYS[1], 'lockUntil')
        local o = redis.call('HGET', KEYS[1], 'lockOwner')
        if lu == false or tonumber(lu) < tonumber(ARGV[2]) or o == ARGV[1] then
            redis.call('HSET', KEYS[1], 'lockUntil', ARGV[2])
            redis.call('HSET', KEYS[1], 'lockOwner', ARGV[1])
            return 'LOCKED'
        end
        return o
        """,
        as: String?.self
    )
    private static let unlock = RedisScript(
        """
        local o = redis.call('HGET', KEYS[1], 'lockOwner')
        if o == ARGV[1] then
            redis.call('HSET', KEYS[1], 'lockUntil', 0)
            redis.call('HDEL', KEYS[1], 'lockOwner')
            redis.call('EXPIRE', KEYS[1], ARGV[2])
        end
        """
    )

    func get(_ key: String, owner: String) async throws -> Found {
        let now = try await self.redis.serverTime()
        let parts = try await self.redis.run(
            Self.get,
            keys: [key],
            arguments: [.init(now), .init(now + self.lockExpire), .string(owner)]
        )
        // A Lua table ends at its first nil, but `false` is none.
        let value = parts.first ?? nil
        let lockUntil = parts.count > 1 ? parts[1] : nil
        return lockUntil == "LOCKED" ? .locked(value) : .entry(value, lockUntil: lockUntil)
    }

    func set(_ key: String, _ value: String, owner: String, seconds: Int) async throws {
        let arguments: [RedisArgument] = [.string(value), .string(owner), .init(seconds)]
        try await self.redis.run(Self.set, keys: [key], arguments: arguments)
    }

    func delete(_ key: String) async throws {
        try await self.redis.run(Self.delete, keys: [key], arguments: [10])
    }

    /// Takes the entry for an update that has no end; the owner that holds it, if another one does.
    func lock(_ key: String, owner: String) async throws -> String? {
        let arguments: [RedisArgument] = [.string(owner), 10_000_000_000]
        let answer = try await self.redis.run(Self.lock, keys: [key], arguments: arguments)
        return answer == "LOCKED" ? nil : answer
    }

    func unlock(_ key: String, owner: String) async throws {
        let arguments: [RedisArgument] = [.string(owner), .init(self.lockExpire)]
        try await self.redis.run(Self.unlock, keys: [key], arguments: arguments)
    }

    /// A fetch in strong mode.
    func fetch(_ key: String, owner: String, load: () async throws -> Int) async throws -> Int {
        while true {
            switch try await self.get(key, owner: owner) {
            case .locked:
                do {
                    let value = try await load()
                    try await self.set(key, "\(value)", owner: owner, seconds: 500)
                    return value
                } catch {
                    try await self.unlock(key, owner: owner)
                    throw error
                }
            case .entry(let value?, lockUntil: nil): return Int(value) ?? -1
            case .entry: try await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}
