/// The rows of one answer, in the order of the server.
///
/// A collection like an array of rows, without the array: the rows share the memory of the answer.
public struct PostgresRows: Sendable {
    /// Nil for an answer without rows.
    private let result: PGResultHandle?
    /// The number of rows.
    public let count: Int

    /// No rows.
    public init() {
        self.result = nil
        self.count = 0
    }

    /// The rows of `result`; none when it is no answer to a query.
    init(_ result: PGResultHandle) {
        self.result = result
        self.count = result.rowCount
    }

    /// The names of the columns, in order, also when there is no row.
    public var columnNames: [String] {
        guard let result else { return [] }
        return (0..<result.columnCount).map { result.columnName($0) }
    }

    /// All rows by position: `try rows.decode((Int64, String?).self)`.
    ///
    /// - Throws: `.decoding` when there are more or fewer columns, or a value does not fit.
    @inlinable
    public func decode<each Value: PostgresDecodable>(
        _ types: (repeat each Value).Type
    ) throws(PostgresError) -> [(repeat each Value)] {
        var values: [(repeat each Value)] = []
        guard var decoder = self.decoder else { return values }
        values.reserveCapacity(self.count)
        for row in 0..<self.count {
            decoder.begin(row: row)
            values.append(try decoder.decode(types))
            try decoder.requireEnd()
        }
        return values
    }

    /// All rows as a type that reads its columns one after the other: the fastest way.
    ///
    /// - Throws: `.decoding` when a value does not fit or a column is missing; what the type itself throws.
    @inlinable
    public func decode<Value: PostgresRowDecodable>(
        as type: Value.Type = Value.self
    ) throws(PostgresError) -> [Value] {
        var values: [Value] = []
        guard var decoder = self.decoder else { return values }
        values.reserveCapacity(self.count)
        for row in 0..<self.count {
            decoder.begin(row: row)
            values.append(try Value(row: &decoder))
        }
        return values
    }

    @usableFromInline var decoder: PostgresRowDecoder? {
        self.count == 0 ? nil : self.result.map { PostgresRowDecoder(allRowsOf: $0) }
    }
}

extension PostgresRows: RandomAccessCollection {
    /// The first index: 0.
    public var startIndex: Int { 0 }

    /// One more than the last index: `count`.
    public var endIndex: Int { self.count }

    /// The row at `position`.
    public subscript(position: Int) -> PostgresRow {
        // As with an array, an index outside of it is an error of the program.
        guard let result, 0..<self.count ~= position else { preconditionFailure("no row at this index") }
        return PostgresRow(result, index: position)
    }
}
