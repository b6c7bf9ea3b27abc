import CMongoc
import ServerRuntime

/// A client taken from the pool for one call, put back at the end of its life.
///
/// Used by one thread.
struct MongocClient: ~Copyable {
    let raw: OpaquePointer
    /// When the call that holds the client has to end.
    let deadline: Deadline
    private let pool: MongocPool

    /// - Throws: `.poolExhausted` when all clients are taken.
    init(from pool: MongocPool, deadline: Deadline) throws(MongoError) {
        guard let raw = pool.pop() else { throw MongoError(.poolExhausted, "no client is free") }
        self.raw = raw
        self.pool = pool
        self.deadline = deadline
    }

    deinit {
        self.pool.push(self.raw)
    }

    /// The time left, as the option that makes the server stop by itself.
    var maxTime: (String, BSONValue) {
        ("maxTimeMS", .int64(Int64(max(1, self.deadline.remainingMilliseconds))))
    }
}
