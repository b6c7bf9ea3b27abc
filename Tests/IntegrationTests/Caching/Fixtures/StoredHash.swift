import Redis
import ServerRuntime

/// A cache entry as it stands in Redis.
struct StoredHash: Sendable, Equatable {
    var fields: [String: String]
    /// Milliseconds; -1 for none, -2 when there is no entry.
    var timeToLive: Int

    /// Reads the hash `key`, and its end.
    init(_ key: String, _ redis: RedisClient) async throws {
        let deadline = Deadline.after(.seconds(5))
        let (fields, time) = try await redis.transaction(
            RedisCommand("HGETALL", [.string(key)], as: [String: String].self),
            RedisCommand("PTTL", [.string(key)], as: Int.self),
            deadline: deadline
        )
        self.fields = try fields.get()
        self.timeToLive = try time.get()
    }

    var value: String? { self.fields["value"] }
    var lockUntil: String? { self.fields["lockUntil"] }
    /// The lock's time as a number; 0 without one.
    var lockTime: Int { self.lockUntil.flatMap { Int($0) } ?? 0 }
    var lockOwner: String? { self.fields["lockOwner"] }
    var exists: Bool { self.timeToLive != -2 }
    /// Whether the entry ends by itself, or does not exist.
    var isTidy: Bool { self.timeToLive != -1 }
    /// Whether the entry's end lies about so many seconds ahead.
    func ends(in seconds: Double) -> Bool {
        let time = Double(self.timeToLive) / 1000
        return time <= seconds + 0.001 && time > seconds - 2.5
    }
}

extension RedisClient {
    /// Sets fields of a hash by hand, and perhaps its end.
    func setHash(_ key: String, _ fields: KeyValuePairs<String, String>, seconds: Int? = nil) async throws {
        let words = fields.flatMap { [RedisArgument.string($0.key), .string($0.value)] }
        try await self.send(RedisCommand("HSET", [.string(key)] + words))
        if let seconds { try await self.send(RedisCommand("EXPIRE", [.string(key), .init(seconds)])) }
    }

    /// The server's clock in seconds.
    func serverTime() async throws -> Int {
        let time = try await self.send(RedisCommand("TIME", [], as: [Int].self))
        return time.first ?? 0
    }
}
