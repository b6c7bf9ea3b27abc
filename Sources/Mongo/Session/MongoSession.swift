import CMongoc
import ServerRuntime

/// A series of operations on one client of the pool that see each other, with or without transactions.
///
/// Made by `MongoClient.withSession` and usable inside it. It runs one call at a time; calls of several tasks are served
/// in order of arrival.
public final class MongoSession: Sendable {
    /// What the session was made with.
    public let options: MongoSessionOptions
    let lease: ClientLease
    let client: MongoClient
    let raw: MongocSession

    /// Takes a client out of the pool and starts the session on it.
    init(_ client: MongoClient, _ options: MongoSessionOptions, _ deadline: Deadline?) async throws(MongoError) {
        let lease = try await client.checkOut(deadline)
        do throws(MongoError) {
            self.raw = try await lease.call(deadline, kind: .read) { client throws(MongoError) in
                let session = try MongocSession(on: client, options)
                guard lease.attach(SessionHandle(session)) else {
                    session.destroy()
                    throw MongoError(.closed, "the session was let go")
                }
                return session
            }
        } catch {
            lease.giveBack()
            throw error
        }
        self.lease = lease
        self.client = client
        self.options = options
    }

    /// Ends the session without waiting for it; a transaction that is open is aborted.
    func end() {
        self.lease.giveBack()
    }

    /// Runs `body` with the session's client.
    func call<Value: Sendable>(
        _ deadline: Deadline?,
        kind: MongoCallKind,
        _ body: @escaping @Sendable (borrowing MongocClient) throws(MongoError) -> Value
    ) async throws(MongoError) -> Value {
        try await self.lease.call(deadline, kind: kind, session: self.raw, body)
    }
}
