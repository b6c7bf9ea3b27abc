import CPq
import Glibc
import Testing

@testable import Postgres

/// A column of a result that no server sent.
struct FakeColumn {
    var name = "value"
    var type: PostgresType
    var format = PostgresFormat.binary
}

/// Rows that no server sent; nil is NULL.
func makeRows(_ columns: [FakeColumn], _ rows: [[[UInt8]?]]) throws -> PostgresRows {
    let raw = try #require(PQmakeEmptyPGresult(nil, PGRES_TUPLES_OK))
    var attributes = columns.map { column in
        var attribute = PGresAttDesc()
        attribute.name = strdup(column.name)
        attribute.format = column.format == .binary ? 1 : 0
        attribute.typid = column.type.oid
        attribute.typlen = -1
        return attribute
    }
    defer {
        for attribute in attributes { free(attribute.name) }
    }
    // Copies the names.
    try #require(PQsetResultAttrs(raw, Int32(columns.count), &attributes) == 1)
    for (row, values) in rows.enumerated() {
        for (column, value) in values.enumerated() {
            var bytes = (value ?? []).map { CChar(bitPattern: $0) } + [0]
            let length = value.map { Int32($0.count) } ?? -1
            try #require(PQsetvalue(raw, Int32(row), Int32(column), &bytes, length) == 1)
        }
    }
    return PostgresRows(PGResultHandle(takingOwnershipOf: raw))
}

/// Reads bytes as a type, without a result around them.
func decode<Value: PostgresDecodable>(
    _ bytes: [UInt8],
    _ type: PostgresType,
    _ format: PostgresFormat = .binary,
    as wanted: Value.Type = Value.self
) throws(PostgresError) -> Value {
    try Value(postgres: bytes.span.bytes, type: type, format: format)
}

/// The error of reading bytes as a type; nil when there is none.
func decodingError<Value: PostgresDecodable>(
    _ bytes: [UInt8],
    _ type: PostgresType,
    _ format: PostgresFormat = .binary,
    as wanted: Value.Type
) -> PostgresError? {
    do throws(PostgresError) {
        _ = try decode(bytes, type, format, as: wanted)
        return nil
    } catch {
        return error
    }
}

/// What a value is sent as.
func encoded(_ value: some PostgresEncodable) -> [UInt8]? {
    value.postgresParameter.bytes
}
