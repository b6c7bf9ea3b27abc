extension PostgresCopyWriter where Format == PostgresBinaryCopy {
    /// Adds a row.
    ///
    /// Each value must be of the type of its column, as `PostgresEncodable` says: the server would take other bytes of the
    /// same length for a value. `String` fits every type of text and json; the types that the database defines, such as an
    /// `ENUM`, are not checked.
    ///
    /// - Parameter values: one for each column, in order; nil is NULL.
    /// - Throws: `.invalidQuery` when number or types do not fit, `.invalidValue` for a value that cannot be sent; `.timeout`,
    ///   `.cancelled`, `.connectionLost`. The COPY then stores nothing, whether the body rethrows the error or not.
    @inlinable
    public nonisolated(nonsending) mutating func writeRow<each Value: PostgresEncodable>(
        _ values: repeat each Value
    ) async throws(PostgresError) {
        self.fields.begin()
        repeat self.fields.append(each values)
        try self.checkRow()
        if self.fields.values.position >= Self.messageBytes { try await self.send() }
    }

    /// Adds a row whose values `body` writes one after the other.
    ///
    /// - Parameter body: appends the values to the row.
    /// - Throws: as `writeRow(_:)`.
    @inlinable
    public nonisolated(nonsending) mutating func writeRow(
        _ body: (inout PostgresCopyFields) -> Void
    ) async throws(PostgresError) {
        self.fields.begin()
        body(&self.fields)
        try self.checkRow()
        if self.fields.values.position >= Self.messageBytes { try await self.send() }
    }

    /// Adds a row for each element.
    ///
    /// - Parameters:
    ///   - elements: what there is to be a row for.
    ///   - body: appends the values of an element to its row.
    /// - Throws: as `writeRow(_:)`.
    @inlinable
    public nonisolated(nonsending) mutating func writeRows<Element>(
        _ elements: some Sequence<Element>,
        _ body: (Element, inout PostgresCopyFields) -> Void
    ) async throws(PostgresError) {
        for element in elements {
            self.fields.begin()
            body(element, &self.fields)
            try self.checkRow()
            if self.fields.values.position >= Self.messageBytes { try await self.send() }
        }
    }

    @inlinable
    mutating func checkRow() throws(PostgresError) {
        let count = self.fields.column
        guard count == self.columnCount, self.fields.mismatch == nil, self.fields.values.refusal == nil else {
            throw self.refuse(count)
        }
    }
}
