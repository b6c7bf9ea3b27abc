import ServerRuntime
import Synchronization

/// A client of the pool that is kept between calls, for a cursor or a session.
///
/// It runs one call at a time; others wait in order of arrival. Given back once, at the latest when nobody holds it any
/// more, and never with a wait: what has to be freed at the server is left to the threads.
final class ClientLease: Sendable {
    private let engine: MongoEngine
    private let slot: ClientSlot
    private let isOver = Atomic(false)

    init(engine: MongoEngine, slot: ClientSlot) {
        self.engine = engine
        self.slot = slot
    }

    deinit {
        self.giveBack()
    }

    /// Runs `body` with the client on one of the threads.
    ///
    /// - Parameters:
    ///   - deadline: when the caller gets an error instead; default `operationTimeout` from now.
    ///   - kind: what the call does, which decides what a lost answer means.
    ///   - session: the session that the call is part of; it has to be one of this client.
    ///   - repeats: whether `body` may run again when nothing of it was sent.
    ///   - isShielded: whether it goes on when the task is cancelled.
    ///   - body: what to do.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws; `.timeout`, `.cancelled`, `.poolExhausted`, `.closed`.
    func call<Value: Sendable>(
        _ deadline: Deadline?,
        kind: MongoCallKind,
        session: MongocSession? = nil,
        repeats: Bool = true,
        isShielded: Bool = false,
        _ body: @escaping @Sendable (borrowing MongocClient) throws(MongoError) -> Value
    ) async throws(MongoError) -> Value {
        guard !self.isOver.load(ordering: .relaxed) else { throw MongoError(.closed, "the client was given back") }
        let call = EngineCallOptions(
            deadline: deadline,
            kind: kind,
            session: session,
            slot: self.slot,
            repeats: repeats,
            isShielded: isShielded
        )
        return try await self.engine.call(call, body)
    }

    /// Binds `attachment` to the lease, which destroys it at its end if that has not been done.
    ///
    /// On the thread of a call.
    ///
    /// - Returns: `false` when the lease is ending: the caller destroys the attachment itself, on that thread.
    func attach(_ attachment: any LeaseAttachment) -> Bool {
        self.engine.attach(attachment, to: self.slot)
    }

    /// Takes out an attachment that has been destroyed.
    func detach(_ attachment: any LeaseAttachment) {
        self.engine.detach(attachment, of: self.slot)
    }

    /// Has a thread destroy `attachment`; does not wait.
    func destroy(_ attachment: any LeaseAttachment) {
        self.engine.destroy(attachment, of: self.slot)
    }

    /// Gives the client back to the pool, once; does not wait.
    func giveBack() {
        guard !self.isOver.exchange(true, ordering: .relaxed) else { return }
        self.engine.giveBack(self.slot)
    }
}
