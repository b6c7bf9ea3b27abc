import ServerRuntime

/// Something that wants a client of the pool: a call, a lease, or the end of one.
protocol EngineCall: AnyObject, Sendable {
    var id: UInt64 { get }
    var deadline: Deadline { get }
    var kind: MongoCallKind { get }
    /// Whether it runs on a thread; otherwise it keeps the client without one.
    var needsThread: Bool { get }
    /// Whether it frees what a lease holds, which is done while the client ends too.
    var isCleanUp: Bool { get }

    /// The client of this slot is the call's now, without a thread.
    func granted(_ slot: ClientSlot)

    /// Does the work, on a thread, and calls `release` when the client is not needed any more, just before it answers.
    func run(_ run: CallRun, release: () -> Void)

    /// Answers with an error, if there was no answer yet.
    func fail(_ error: MongoError)
}

extension EngineCall {
    var needsThread: Bool { true }
    var isCleanUp: Bool { false }

    func granted(_ slot: ClientSlot) {}
}
