import ServerRuntime

/// One COPY FROM STDIN, from its statement to its end.
struct CopyIn<Format: PostgresCopyFormat>: Sendable {
    let table: PostgresIdentifier
    let columns: [PostgresIdentifier]
    let session: PostgresSession
    let limits: @Sendable () -> CallLimits

    /// Runs the COPY with the rows that `body` writes.
    nonisolated(nonsending) func run(
        _ body: (inout PostgresCopyWriter<Format>) async throws -> Void
    ) async throws -> Int {
        let none = CopyColumns(list: [])
        let found =
            Format.isBinary ? try await CopyColumns.of(self.table, self.columns, self.session, self.limits()) : none
        var writer = try await self.begin(found)
        do {
            writer.begin()
            try await body(&writer)
            try await writer.finish()
            // A sequence that ended because its task was cancelled must not count as complete.
            try Task.checkCancellation()
        } catch {
            await self.undo()
            throw error
        }
        return try await self.session.endCopyIn(self.limits())
    }

    /// Runs the COPY with bytes that are in its format.
    nonisolated(nonsending) func run<Bytes: AsyncSequence>(from bytes: Bytes) async throws -> Int
    where Bytes.Element: Collection<UInt8> {
        var writer = try await self.begin(CopyColumns(list: []))
        do {
            var kept: [UInt8] = []
            for try await piece in bytes {
                kept.append(contentsOf: piece)
                if kept.count >= PostgresCopyWriter<Format>.messageBytes {
                    try await writer.sendAll(&kept)
                }
            }
            try await writer.sendAll(&kept)
            // As above.
            try Task.checkCancellation()
        } catch {
            await self.undo()
            throw error
        }
        return try await self.session.endCopyIn(self.limits())
    }

    private func begin(_ found: CopyColumns) async throws(PostgresError) -> PostgresCopyWriter<Format> {
        let list = self.columns.isEmpty ? "" : " (\(try self.columns.quotedList()))"
        let sql = "COPY \(try self.table.quoted())\(list) FROM STDIN (FORMAT \(Format.isBinary ? "binary" : "text"))"
        do throws(PostgresError) {
            let start = try await self.session.beginCopyIn(sql, self.limits())
            return PostgresCopyWriter(self.session, found, start, self.limits)
        } catch {
            var error = error
            error.mayHaveBeenApplied = false
            throw error
        }
    }

    private nonisolated(nonsending) func undo() async {
        // It fails in any case, and the error of the body tells why. What is left is undone when the session is given back.
        _ = try? await self.session.endCopyIn(failure: "the client gave up", self.limits().forCleaning)
    }
}

extension PostgresCopyWriter {
    /// Sends `bytes` in messages of a bounded size, and empties it.
    nonisolated(nonsending) fileprivate mutating func sendAll(_ bytes: inout [UInt8]) async throws(PostgresError) {
        defer { bytes.removeAll(keepingCapacity: bytes.count <= 2 * Self.messageBytes) }
        guard bytes.count > 4 * Self.messageBytes else {
            if !bytes.isEmpty { try await self.send(bytes) }
            return
        }
        var start = 0
        while start < bytes.count {
            let end = min(start + Self.messageBytes, bytes.count)
            try await self.send(Array(bytes[start..<end]))
            start = end
        }
    }
}
