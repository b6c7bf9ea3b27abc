import CMongoc
public import ServerRuntime

extension MongoSession {
    /// Begins a transaction; the server hears of it with the first operation.
    ///
    /// Prefer `withTransaction`, which commits, aborts and repeats by itself.
    ///
    /// - Parameters:
    ///   - options: of this transaction; `nil` takes those of the session.
    ///   - deadline: bounds the server's work on each commit too; default `operationTimeout` from now.
    /// - Throws: `.invalidArgument` when one is open.
    public func startTransaction(
        options: MongoTransactionOptions? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) {
        let session = self.raw
        let options = options ?? self.options.transaction
        try await self.call(deadline, kind: .read) { client throws(MongoError) in
            let settings = try MongocTransactionOptions(options, commitTimeMax: client.deadline.remaining)
            var error = bson_error_t()
            guard mongoc_client_session_start_transaction(session.raw, settings.raw, &error) else {
                throw MongoError(error, isWrite: false)
            }
        }
    }

    /// Makes what the transaction wrote visible to others and permanent; does nothing without an open transaction.
    ///
    /// Can be called again after an error with the label `UnknownTransactionCommitResult`.
    ///
    /// - Parameter deadline: when the caller gets an error instead; default `operationTimeout` from now.
    /// - Throws: `mayHaveBeenApplied` when the answer is missing.
    public func commitTransaction(deadline: Deadline? = nil) async throws(MongoError) {
        let session = self.raw
        try await self.lease.call(deadline, kind: .write, session: session, repeats: false) { _ throws(MongoError) in
            let state = mongoc_client_session_get_transaction_state(session.raw)
            guard state != MONGOC_TRANSACTION_NONE, state != MONGOC_TRANSACTION_ABORTED else { return }
            let reply = BSONReply()
            var error = bson_error_t()
            guard mongoc_client_session_commit_transaction(session.raw, reply.raw, &error) else {
                throw MongoError(error, reply: reply.document, isWrite: true)
            }
        }
    }

    /// Drops what the transaction wrote; does nothing without an open transaction.
    ///
    /// It is done also when the task has been cancelled. What the server does not hear of, it drops by itself.
    ///
    /// - Throws: `.closed`, `.poolExhausted` and the like; never an error of the server.
    public func abortTransaction() async throws(MongoError) {
        let session = self.raw
        try await self.lease.call(.after(LeaseCleanUp.timeout), kind: .read, repeats: false, isShielded: true) {
            _ throws(MongoError) in
            guard mongoc_client_session_in_transaction(session.raw) else { return }
            var error = bson_error_t()
            // The transaction is over in any case, as the session sees it.
            _ = mongoc_client_session_abort_transaction(session.raw, &error)
        }
    }

    /// Runs `body` in a transaction and commits it, again as often as the server asks for that.
    ///
    /// As MongoDB recommends: an error of `body` with the label `TransientTransactionError` runs it again in a new
    /// transaction, one of the commit with `UnknownTransactionCommitResult` repeats the commit alone; for at most 120
    /// seconds. Between the runs of `body` there are short pauses of random length.
    ///
    /// - Parameters:
    ///   - options: of this transaction; `nil` takes those of the session.
    ///   - deadline: for all attempts together.
    ///   - isolation: where `body` runs; leave it out.
    ///   - body: gets this session, and hands it to each operation; must not do other things that cannot be repeated, and
    ///     must let errors of operations through as they are.
    /// - Returns: what the last run of `body` returned.
    /// - Throws: errors of `body`, after an abort; errors of the commit.
    public func withTransaction<Result>(
        options: MongoTransactionOptions? = nil,
        deadline: Deadline? = nil,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (MongoSession) async throws -> Result
    ) async throws -> Result {
        var retries = TransactionRetries(
            until: min(deadline ?? .after(TransactionRetries.limit), .after(TransactionRetries.limit))
        )
        while true {
            do {
                try await self.startTransaction(options: options, deadline: deadline)
                let result = try await self.aborting(isolation: isolation) { try await body(self) }
                try await self.commit(retries, deadline)
                return result
            } catch {
                guard let pause = retries.pause(after: error) else { throw error }
                self.client.engine.monitor.metrics.repeatedTransaction()
                try await Task.sleep(for: pause)
            }
        }
    }

    /// Runs `body`, and aborts the transaction when it throws.
    private func aborting<Result>(
        isolation: isolated (any Actor)?,
        _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch {
            // The first error is the one that tells something.
            try? await self.abortTransaction()
            throw error
        }
    }

    private func commit(_ retries: TransactionRetries, _ deadline: Deadline?) async throws(MongoError) {
        while true {
            do throws(MongoError) {
                return try await self.commitTransaction(deadline: deadline)
            } catch {
                guard retries.shallCommitAgain(after: error) else { throw error }
            }
        }
    }
}
