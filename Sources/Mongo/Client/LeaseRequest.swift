import ServerRuntime

/// A task that wants a client to keep between calls.
final class LeaseRequest: EngineCall {
    let id: UInt64
    let deadline: Deadline
    let kind = MongoCallKind.read
    let needsThread = false
    private let engine: MongoEngine
    private let answer: CallAnswer<ClientLease>

    init(
        engine: MongoEngine,
        id: UInt64,
        deadline: Deadline,
        continuation: UnsafeContinuation<Result<ClientLease, MongoError>, Never>
    ) {
        self.engine = engine
        self.id = id
        self.deadline = deadline
        self.answer = CallAnswer(continuation)
    }

    func granted(_ slot: ClientSlot) {
        // When the task has given up, the lease is let go, and gives the client back.
        self.answer.give(.success(ClientLease(engine: self.engine, slot: slot)))
    }

    func run(_ run: CallRun, release: () -> Void) {
        release()
    }

    func fail(_ error: MongoError) {
        self.answer.give(.failure(error))
    }
}
