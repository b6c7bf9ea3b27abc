import ServerRuntime

/// One COPY TO STDOUT, from its statement to its end.
struct CopyOut: Sendable {
    let source: CopySource
    let session: PostgresSession
    /// Whether the server is asked to stop when the reader leaves early; inside a transaction that would end it.
    let cancels: Bool
    let limits: @Sendable () -> CallLimits

    /// Runs the COPY and hands its rows to `body`.
    nonisolated(nonsending) func rows<Result: Sendable>(
        _ body: (PostgresCopyRows) async throws -> Result
    ) async throws -> Result {
        let (sql, columns) = try await self.source.prepare(
            isBinary: true,
            needsColumns: true,
            self.session,
            self.limits()
        )
        let template = try CopyRowTemplate(columns)
        let start = try await self.session.beginCopyOut(sql, self.limits())
        return try await self.ending {
            guard start.columnCount == columns.list.count else {
                throw PostgresError(.decoding, "the columns changed while the COPY began")
            }
            return try await body(PostgresCopyRows(CopyChunks(self.session, self.limits), template))
        }
    }

    /// Runs the COPY and hands its bytes to `body`.
    nonisolated(nonsending) func bytes<Result: Sendable>(
        isBinary: Bool,
        _ body: (PostgresCopyBytes) async throws -> Result
    ) async throws -> Result {
        let (sql, _) = try await self.source.prepare(
            isBinary: isBinary,
            needsColumns: false,
            self.session,
            self.limits()
        )
        _ = try await self.session.beginCopyOut(sql, self.limits())
        return try await self.ending { try await body(PostgresCopyBytes(CopyChunks(self.session, self.limits))) }
    }

    private nonisolated(nonsending) func ending<Result: Sendable>(
        _ body: () async throws -> Result
    ) async throws -> Result {
        let result: Result
        do {
            result = try await body()
        } catch {
            await self.stop()
            throw error
        }
        await self.stop()
        return result
    }

    /// Ends what the reader did not read; what goes wrong with that is set right when the session is given back.
    private nonisolated(nonsending) func stop() async {
        if !self.cancels {
            let limits = self.limits()
            while !Task.isCancelled, let chunk = try? await self.session.nextCopyOut(limits), !chunk.isLast {}
        }
        // Does nothing at the end. A transaction whose task was cancelled is undone anyway.
        if self.cancels || Task.isCancelled { _ = try? await self.session.endCopyOut(self.limits().forCleaning) }
    }
}
