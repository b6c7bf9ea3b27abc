import ServerRuntime

/// Takes the rows of a COPY FROM STDIN, valid inside the body that got it.
///
/// Rows are collected into messages of a quarter of a megabyte; a row that fills one waits until the system has taken it, so a
/// server that is slow makes the writer wait. For one task. An error of the server, such as a row that violates a
/// constraint, shows at the end, since libpq does not look for an earlier one.
public struct PostgresCopyWriter<Format: PostgresCopyFormat> {
    /// Messages are as large as this, or larger by a row.
    @usableFromInline static var messageBytes: Int { 256 << 10 }

    /// What has not been sent, and how to add to it.
    @usableFromInline var fields: PostgresCopyFields
    /// How many values a row has.
    public let columnCount: Int
    private let session: PostgresSession
    private let limits: @Sendable () -> CallLimits
    /// The first error, after which nothing is taken any more.
    private(set) var failure: PostgresError?

    init(
        _ session: PostgresSession,
        _ columns: CopyColumns,
        _ start: CopyStart,
        _ limits: @escaping @Sendable () -> CallLimits
    ) {
        self.session = session
        self.fields = PostgresCopyFields(columns)
        self.columnCount = start.columnCount
        self.limits = limits
    }

    /// Sends what has been collected.
    @usableFromInline
    nonisolated(nonsending) mutating func send() async throws(PostgresError) {
        let bytes = self.fields.values.bytes
        self.fields.values = PostgresValueWriter(capacity: Self.messageBytes + Self.messageBytes / 16)
        if !bytes.isEmpty { try await self.send(bytes) }
    }

    /// Sends bytes as they are.
    nonisolated(nonsending) mutating func send(_ bytes: [UInt8]) async throws(PostgresError) {
        if let failure { throw failure }
        // What the system takes at once is answered sooner than a cancellation is noticed.
        guard !Task.isCancelled else { throw self.fail(PostgresError(.cancelled, "cancelled while writing a COPY")) }
        do throws(PostgresError) {
            try await self.session.copyIn(bytes, self.limits())
        } catch {
            // Nothing is stored before the end of the COPY.
            var error = error
            error.mayHaveBeenApplied = false
            self.failure = error
            throw error
        }
    }

    /// Begins the stream, in binary format with its header.
    mutating func begin() {
        if Format.isBinary { self.fields.values.write(bytes: CopyBinaryFormat.header) }
    }

    /// Sends the rest.
    nonisolated(nonsending) mutating func finish() async throws(PostgresError) {
        if let failure { throw failure }
        if Format.isBinary { self.fields.values.write(CopyBinaryFormat.end) }
        try await self.send()
    }

    /// Notes why the COPY cannot go on.
    ///
    /// - Returns: the error to be thrown.
    mutating func fail(_ error: PostgresError) -> PostgresError {
        if self.failure == nil { self.failure = error }
        return self.failure ?? error
    }

    /// Refuses what could not be sent.
    ///
    /// - Parameter count: how many values the row has.
    /// - Returns: the error to be thrown.
    @inline(never)
    @usableFromInline
    mutating func refuse(_ count: Int) -> PostgresError {
        if count != self.columnCount {
            let message = "a row of \(self.columnCount) columns was written with \(count) values"
            return self.fail(PostgresError(.invalidQuery, message))
        }
        if let rule = self.fields.values.refusal {
            return self.fail(PostgresError(.invalidValue, "a value cannot be sent: \(rule)"))
        }
        let column = self.fields.columns.list[self.fields.mismatch ?? 0]
        let message = "the value for column \(column.name) is not of its type, which is \(column.type)"
        var error = PostgresError(.invalidQuery, message)
        error.column = column.name
        return self.fail(error)
    }
}
