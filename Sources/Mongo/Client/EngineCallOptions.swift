import ServerRuntime

/// What a call is, apart from what it does.
struct EngineCallOptions {
    /// When the caller gets an error instead; `nil` is `operationTimeout` from now.
    var deadline: Deadline?
    var kind: MongoCallKind
    /// The session that the call is part of.
    var session: MongocSession?
    /// That of a lease; `nil` takes a client of the pool.
    var slot: ClientSlot?
    /// Whether the body may run again when nothing of it was sent.
    var repeats = true
    /// Whether it goes on when the task is cancelled.
    var isShielded = false
}
