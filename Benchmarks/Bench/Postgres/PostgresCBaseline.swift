import CPostgresBaseline
import Glibc

/// The C side, each piece of work on a thread of its own.
enum PostgresCBaseline {
    /// Inserts the rows, `batch` of them in one implicit transaction.
    static func insert(_ rows: PostgresRowsOnDisk, batch: Int, _ server: PostgresServer) async throws -> Effort {
        try await self.run(rows, server) { postgres_baseline_insert($0, batch, &$1) }
    }

    /// Stores the rows with COPY.
    static func copyIn(_ rows: PostgresRowsOnDisk, _ server: PostgresServer) async throws -> Effort {
        try await self.run(rows, server) { postgres_baseline_copy_in($0, &$1) }
    }

    /// Reads the rows with COPY and converts their values.
    static func copyOut(_ rows: PostgresRowsOnDisk, _ server: PostgresServer) async throws -> Effort {
        let expected = rows.checksum
        return try await self.run(rows, server) { raw, outcome in
            var checksum = 0.0
            guard postgres_baseline_copy_out(raw, &checksum, &outcome) else { return false }
            guard checksum == expected else { throw BenchFailure("C: checksum \(checksum), not \(expected)") }
            return true
        }
    }

    /// Makes the calls; `oneEach` has one caller for each connection make all of them.
    static func select(_ load: PostgresSelects.Load, oneEach: Bool, _ server: PostgresServer) async throws -> Effort {
        let callers = oneEach ? load.connections : load.callers
        return try await onThread {
            var outcome = postgres_baseline_outcome()
            let isFine = server.conninfo.withCString { conninfo in
                PostgresSelects.placeholderSQL.withCString { sql in
                    var raw = postgres_baseline_selects(
                        conninfo: conninfo,
                        sql: sql,
                        callers: Int32(clamping: callers),
                        connections: Int32(clamping: load.connections),
                        calls_each: load.calls / callers,
                        keys: UInt64(load.keys)
                    )
                    return postgres_baseline_select(&raw, &outcome)
                }
            }
            return try outcome.effort(isFine, load.calls / callers * callers)
        }
    }

    private static func run(
        _ rows: PostgresRowsOnDisk,
        _ server: PostgresServer,
        _ work:
            @escaping @Sendable (
                UnsafePointer<postgres_baseline_rows>, inout postgres_baseline_outcome
            ) throws -> Bool
    ) async throws -> Effort {
        try await onThread {
            var outcome = postgres_baseline_outcome()
            let names = rows.names.map { strdup($0) }
            defer { for name in names { free(name) } }
            let pointers = names.map { UnsafePointer($0) }
            let isFine = try pointers.withUnsafeBufferPointer { names in
                try server.conninfo.withCString { conninfo in
                    try PostgresRowsOnDisk.table.withCString { table in
                        try rows.body.withCString { body in
                            var raw = postgres_baseline_rows(
                                conninfo: conninfo,
                                table: table,
                                rows: rows.count,
                                names: names.baseAddress,
                                name_count: names.count,
                                body: body
                            )
                            return try work(&raw, &outcome)
                        }
                    }
                }
            }
            return try outcome.effort(isFine, rows.count)
        }
    }
}

extension postgres_baseline_outcome {
    /// Why it failed.
    var message: String {
        withUnsafeBytes(of: self.error) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// What it took, for so many calls.
    ///
    /// - Throws: why it failed.
    func effort(_ isFine: Bool, _ calls: Int) throws(BenchFailure) -> Effort {
        guard isFine else { throw BenchFailure("C: \(self.message)") }
        return Effort(calls: calls, seconds: self.seconds, processorSeconds: self.processor_seconds)
    }
}
