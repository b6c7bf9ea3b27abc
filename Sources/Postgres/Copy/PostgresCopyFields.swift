/// Writes the values of one row of a COPY in binary format, one after the other.
public struct PostgresCopyFields {
    @usableFromInline var values: PostgresValueWriter
    /// The position of the value that is written next.
    @usableFromInline var column = 0
    /// The first column of the row whose value has another type.
    @usableFromInline var mismatch: Int?
    /// The type that each column accepts; 0 is any.
    @usableFromInline let accepted: [PostgresType]
    let columns: CopyColumns

    init(_ columns: CopyColumns) {
        self.columns = columns
        self.accepted = columns.accepted
        self.values = PostgresValueWriter(capacity: 0)
    }

    /// Writes the value of the next column; nil is NULL.
    @inlinable
    public mutating func append<Value: PostgresEncodable>(_ value: Value) {
        let column = self.column
        self.column = column + 1
        guard column < self.accepted.count else { return }
        let accepted = self.accepted[column]
        if accepted != Value.postgresType, accepted.oid != 0 { self.compare(Value.postgresType, column) }
        _ = self.values.writeField(value)
    }

    /// Begins the next row.
    @inlinable
    mutating func begin() {
        self.column = 0
        self.values.write(Int16(truncatingIfNeeded: self.accepted.count))
    }

    /// Looks again at a type that is not that of its column: some have the same binary form.
    @inline(never)
    @usableFromInline
    mutating func compare(_ type: PostgresType, _ column: Int) {
        if self.columns.list[column].type != type { self.mismatch = self.mismatch ?? column }
    }
}
