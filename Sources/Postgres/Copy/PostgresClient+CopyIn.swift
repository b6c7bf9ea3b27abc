public import ServerRuntime

extension PostgresClient {
    /// Stores many rows with COPY, which is the fastest way: all of them, or none.
    ///
    ///     let count = try await client.copyIn(into: "users", columns: ["id", "name"], format: .binary) { writer in
    ///         for user in users { try await writer.writeRow(user.id, user.name) }
    ///     }
    ///
    /// Has a connection for itself. When `body` throws or its task is cancelled, the server undoes the COPY.
    ///
    /// - Parameters:
    ///   - table: where to.
    ///   - columns: which values the rows have; the others get their defaults. Without, all but generated ones.
    ///   - format: `.binary` takes typed values, `.text` the server's texts.
    ///   - deadline: covers everything; without one each wait for the server may take `statementTimeout`.
    ///   - body: writes the rows; it must not keep the writer.
    /// - Returns: the number of rows.
    /// - Throws: what `body` throws, and then nothing was stored; the error of the server; `mayHaveBeenApplied` when the
    ///   connection was lost, or the deadline passed, behind the last row.
    @discardableResult
    nonisolated(nonsending)
        public func copyIn<Format: PostgresCopyFormat>(
            into table: PostgresIdentifier,
            columns: [PostgresIdentifier] = [],
            format: Format,
            deadline: Deadline? = nil,
            _ body: (inout PostgresCopyWriter<Format>) async throws -> Void
        ) async throws -> Int
    {
        let limits = self.copyLimits(deadline)
        return try await self.withSession(deadline: limits().deadline, resets: false) { session in
            try await CopyIn<Format>(table: table, columns: columns, session: session, limits: limits).run(body)
        }
    }

    /// Stores rows that are in COPY's format already, such as those of a file.
    ///
    /// - Parameters:
    ///   - table: where to.
    ///   - columns: which values the rows have; the others get their defaults. Without, all but generated ones.
    ///   - format: what the bytes are; binary ones with header and end.
    ///   - deadline: covers everything; without one each wait for the server may take `statementTimeout`.
    ///   - bytes: pieces of any size, which need not be whole rows; they are sent in larger ones.
    /// - Returns: the number of rows.
    /// - Throws: as above, with what `bytes` throws.
    @discardableResult
    nonisolated(nonsending)
        public func copyIn<Bytes: AsyncSequence, Format: PostgresCopyFormat>(
            into table: PostgresIdentifier,
            columns: [PostgresIdentifier] = [],
            format: Format,
            deadline: Deadline? = nil,
            from bytes: Bytes
        ) async throws -> Int where Bytes.Element: Collection<UInt8>
    {
        let limits = self.copyLimits(deadline)
        return try await self.withSession(deadline: limits().deadline, resets: false) { session in
            try await CopyIn<Format>(table: table, columns: columns, session: session, limits: limits).run(from: bytes)
        }
    }

    /// The bounds of each call of a COPY.
    func copyLimits(_ deadline: Deadline?) -> @Sendable () -> CallLimits {
        let (timeout, rowsMax) = (self.configuration.statementTimeout, self.configuration.rowsMax)
        return { CallLimits(deadline: deadline ?? .after(timeout), rowsMax: rowsMax) }
    }
}
