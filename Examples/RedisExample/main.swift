import Logging
import Redis

let redis = RedisClient(RedisConfiguration(host: "127.0.0.1", port: 6379), logger: Logger(label: "example"))

try await withThrowingTaskGroup(of: Void.self) { group in
    // Connects, serves all calls and reconnects, until it is cancelled.
    group.addTask { try await redis.run() }
    defer { group.cancelAll() }

    // Replies have types: a text is a String?, a counter an Int.
    try await redis.set("example:name", "Ann", expiry: .after(.seconds(60)))
    let name = try await redis.get("example:name")
    let visits = try await redis.incr("example:visits")
    print("\(name ?? "nobody") was here, visits: \(visits)")

    // Several commands in one round trip, each with a result of its own.
    let (text, next) = try await redis.pipeline(.get("example:name"), .incr("example:visits"))
    print("\(try text.get() ?? "nobody") again, visits: \(try next.get())")

    // An error says what went wrong, and whether the command may have been carried out all the same.
    do throws(RedisError) {
        try await redis.send(.lpush("example:name", ["not a list"]))
    } catch {
        print("refused with \(error.serverErrorName ?? "?"), may have been applied: \(error.mayHaveBeenApplied)")
    }

    // No command of others comes between the commands of a transaction.
    let (last, removed) = try await redis.transaction(.get("example:visits"), .del(["example:name", "example:visits"]))
    print("visits: \(try last.get() ?? "none"), removed keys: \(try removed.get())")
}
