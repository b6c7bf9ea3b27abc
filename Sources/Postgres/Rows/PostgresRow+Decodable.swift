extension PostgresRow {
    /// The row as a `Decodable` type, whose properties are the columns of the same names.
    ///
    /// A property has a type that conforms to `PostgresDecodable`, or is an enumeration with such raw values, or is read
    /// from a json or jsonb column; optionals are nil for NULL and for a column that is not there. Slower than
    /// `PostgresRowDecodable`.
    ///
    /// - Parameters:
    ///   - type: what to read.
    ///   - naming: how properties are called in the database.
    /// - Returns: the value, or one for each row.
    /// - Throws: `.decoding` when a column is missing or does not fit; the error names the column.
    public func decode<Value: Decodable>(
        byName type: Value.Type,
        naming: PostgresColumnNaming = .snakeCase
    ) throws(PostgresError) -> Value {
        try NamedRow(self.result, naming).decode(type, row: self.index)
    }
}

extension PostgresRows {
    /// All rows as a `Decodable` type, whose properties are the columns of the same names.
    ///
    /// As `PostgresRow.decode(byName:naming:)`; the columns are looked for once.
    ///
    /// - Parameters:
    ///   - type: what to read.
    ///   - naming: how properties are called in the database.
    /// - Returns: the value, or one for each row.
    /// - Throws: `.decoding` when a column is missing or does not fit; the error names the column.
    public func decode<Value: Decodable>(
        byName type: Value.Type,
        naming: PostgresColumnNaming = .snakeCase
    ) throws(PostgresError) -> [Value] {
        guard let result = self.first?.result else { return [] }
        let named = NamedRow(result, naming)
        var values: [Value] = []
        values.reserveCapacity(self.count)
        for row in 0..<self.count { values.append(try named.decode(type, row: row)) }
        return values
    }
}
