extension PostgresCopyWriter where Format == PostgresTextCopy {
    /// Adds a row.
    ///
    /// - Parameter values: the server's text of the value of each column, in order; nil is NULL. What has a meaning in the
    ///   format is escaped here.
    /// - Throws: `.invalidQuery` for too many or too few values, `.invalidValue` for one with U+0000; `.timeout`, `.cancelled`,
    ///   `.connectionLost`. The COPY then stores nothing, whether the body rethrows the error or not.
    public nonisolated(nonsending) mutating func writeRow(_ values: String?...) async throws(PostgresError) {
        try await self.writeRow(values)
    }

    /// Adds a row; as above.
    public nonisolated(nonsending) mutating func writeRow(
        _ values: some Sequence<String?>
    ) async throws(PostgresError) {
        var count = 0
        for value in values {
            if count > 0 { self.fields.values.write(CopyTextFormat.separator) }
            count += 1
            if let value {
                CopyTextFormat.write(value, to: &self.fields.values)
            } else {
                self.fields.values.write(bytes: CopyTextFormat.null)
            }
        }
        self.fields.values.write(CopyTextFormat.newline)
        guard count == self.columnCount, self.fields.values.refusal == nil else { throw self.refuse(count) }
        if self.fields.values.position >= Self.messageBytes { try await self.send() }
    }
}
