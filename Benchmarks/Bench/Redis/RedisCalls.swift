import Redis

/// The calls that are measured; each checks its reply as the C side does.
enum RedisCalls {
    /// What the script measurements run.
    static let script = RedisScript("return redis.call('INCRBY', KEYS[1], ARGV[1])", as: Int.self)

    /// GET of a value of so many bytes.
    static func get(bytes: Int) -> RedisCallers.Call {
        { redis, key in
            let value = try await redis.send(.get(key, as: [UInt8].self))
            guard value?.count == bytes else { throw BenchFailure("GET \(key): \(value?.count ?? -1) bytes") }
        }
    }

    /// SET of a value of so many bytes.
    static func set(bytes: Int) -> RedisCallers.Call {
        let value = RedisArgument.bytes([UInt8](repeating: 120, count: bytes))
        return { redis, key in try await redis.send(.set(key, value)) }
    }

    /// A run of the script.
    static func runScript() -> RedisCallers.Call {
        let script = self.script
        return { redis, key in try await redis.run(script, keys: [key], arguments: [1]) }
    }
}

extension RedisClient {
    /// Gives the keys of all callers values of so many bytes.
    func fill(callers: Int, bytes: Int) async throws {
        let value = RedisArgument.bytes([UInt8](repeating: 120, count: bytes))
        let commands = (0..<callers).map { RedisCommand<RedisOK>.set("bench:\($0)", value) }
        for result in try await self.send(pipeline: commands) { _ = try result.get() }
    }

    /// Removes the keys of all callers.
    func empty(callers: Int) async throws {
        _ = try await self.send(.del((0..<callers).map { "bench:\($0)" }))
    }
}
