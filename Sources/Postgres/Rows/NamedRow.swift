/// The columns of a result by the names of properties.
///
/// One is made for each result and used for all its rows; it belongs to the thread that made it.
final class NamedRow {
    let result: PGResultHandle
    private let naming: PostgresColumnNaming
    private let columns: [String: Int]
    /// Where properties were found before; nil is a property without a column.
    private var known: [String: Int?] = [:]

    init(_ result: PGResultHandle, _ naming: PostgresColumnNaming) {
        self.result = result
        self.naming = naming
        // As elsewhere, the first of several equal names wins.
        self.columns = Dictionary((0..<result.columnCount).map { (result.columnName($0), $0) }) { first, _ in first }
    }

    /// The position of the column of a property; nil when there is none.
    func column(_ property: String) -> Int? {
        if let column = self.known[property] { return column }
        let column = self.columns[self.naming.columnName(of: property)]
        self.known[property] = .some(column)
        return column
    }

    /// The names that the columns of a result have for `property`, for an error.
    func columnName(_ property: String) -> String {
        self.naming.columnName(of: property)
    }

    /// The properties that are columns, as far as they were asked for.
    var columnNames: [String] {
        Array(self.columns.keys)
    }

    /// Reads one row.
    func decode<Value: Decodable>(_ type: Value.Type, row: Int) throws(PostgresError) -> Value {
        do {
            return try Value(from: NamedRowDecoder(row: self, index: row))
        } catch let error as PostgresError {
            throw error
        } catch let error as DecodingError {
            // The descriptions of these errors may quote values.
            throw PostgresError(.decoding, "the row cannot be read as \(type): \(JSONCodec.reason(error))")
        } catch {
            throw PostgresError(.decoding, "the row cannot be read as \(type)", cause: error)
        }
    }

    /// Reads the value of one column.
    func decode<Value: Decodable>(_ type: Value.Type, row: Int, column: Int) throws -> Value {
        if let postgres = type as? any PostgresDecodable.Type {
            var decoder = PostgresRowDecoder(self.result, row: row, column: column)
            guard let value = try Self.open(postgres, &decoder) as? Value else {
                throw PostgresError(.decoding, "column \(self.result.columnName(column)) cannot be read as \(type)")
            }
            return value
        }
        let oid = PostgresType(oid: self.result.columnType(column))
        if oid == .json || oid == .jsonb {
            return try self.decodeJSON(type, oid, row: row, column: column)
        }
        do {
            return try Value(from: CellDecoder(row: self, index: row, column: column))
        } catch let error as DecodingError {
            throw PostgresError(.decoding, JSONCodec.reason(error))
                .located(column: self.result.columnName(column), index: column)
        }
    }

    private func decodeJSON<Value: Decodable>(
        _ type: Value.Type,
        _ oid: PostgresType,
        row: Int,
        column: Int
    ) throws(PostgresError) -> Value {
        // The bytes belong to the result.
        defer { withExtendedLifetime(self.result) {} }
        do throws(PostgresError) {
            guard let bytes = self.result.cell(row: row, column: column) else {
                throw PostgresError.undecodableNull(type)
            }
            let format: PostgresFormat = self.result.isBinary(column) ? .binary : .text
            return try JSONCodec.decode(type, bytes.bytes, for: type, type: oid, format: format)
        } catch {
            throw error.located(column: self.result.columnName(column), index: column)
        }
    }

    private static func open<Value: PostgresDecodable>(
        _ type: Value.Type,
        _ decoder: inout PostgresRowDecoder
    ) throws(PostgresError) -> any Sendable {
        try decoder.decode(type)
    }
}
