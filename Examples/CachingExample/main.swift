import Caching
import Logging
import Redis

/// Stands for a database.
actor Database {
    private var names = ["1": "Ann"]

    func name(of id: String) -> String? {
        print("  the database is asked for \(id)")
        return self.names[id]
    }

    func rename(_ id: String, _ name: String) { self.names[id] = name }
}

struct User: Codable, CacheValue {
    var name: String
}

let logger = Logger(label: "example")
let database = Database()
let redis = RedisClient(RedisConfiguration(host: "127.0.0.1", port: 6379), logger: logger)

var options = RocksCacheOptions()
options.consistency = .strong
let shared = try RocksCache(redis: redis, options: options, logger: logger)

let local = try LocalCache<User?>(name: "users")
let bus = CacheInvalidationBus(
    redis: redis,
    routes: [CacheInvalidationRoute(channel: "example:users", prefixes: ["example:user:"])],
    logger: logger
)
bus.attach(local, to: "example:users")

/// The user, from this process, from Redis, or from the database.
func user(_ id: String) async throws -> User? {
    let key = "example:user:\(id)"
    return try await local.get(key) {
        try await shared.fetch(key, expire: .seconds(3600)) {
            await database.name(of: id).map { User(name: $0) }
        }
    }
}

try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await redis.run() }
    group.addTask { await shared.run() }
    group.addTask { try await bus.run() }
    defer { group.cancelAll() }
    try await shared.tagAsDeletedBatch(["example:user:1", "example:user:2"])

    print("1 is \(try await user("1")?.name ?? "nobody")")
    print("1 is \(try await user("1")?.name ?? "nobody"), from memory")

    // First the database, then Redis, then the memory of all processes.
    await database.rename("1", "Anna")
    try await shared.tagAsDeleted("example:user:1")
    try await bus.publish(["example:user:1"])
    print("1 is \(try await user("1")?.name ?? "nobody")")

    // That there is nothing is kept as well.
    print("2 is \(try await user("2")?.name ?? "nobody")")
    print("2 is \(try await user("2")?.name ?? "nobody"), from memory")
}
