import Foundation
import Postgres
import ServerRuntime
import TestKit
import Testing

@Suite(.enabled(if: Stack.postgres.isUp, "a PostgreSQL server on the stack's port"))
struct PostgresCopyTests {
    private static let columns =
        "id int8, name text, flag bool, score float8, data bytea, at timestamptz, tag uuid, list text[]"

    private struct Row: PostgresRowDecodable, Equatable {
        var id: Int?
        var name: String?
        var flag: Bool?
        var score: Double?
        var data: [UInt8]?
        var at: Date?
        var tag: UUID?
        var list: [String?]?

        init(id: Int?, name: String?) {
            self.id = id
            self.name = name
        }

        init(row: inout PostgresRowDecoder) throws(PostgresError) {
            (self.id, self.name, self.flag) = try (row.decode(), row.decode(), row.decode())
            (self.score, self.data, self.at) = try (row.decode(), row.decode(), row.decode())
            (self.tag, self.list) = try (row.decode(), row.decode())
        }
    }

    private static var edges: [Row] {
        var full = Row(id: .max, name: "naïve\t表\n\\N\\.😀\r")
        full.flag = true
        full.score = -.infinity
        full.data = Array(0 ... .max)
        full.at = Date(timeIntervalSinceReferenceDate: 0.5)
        full.tag = UUID(uuid: (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255))
        full.list = ["", nil, "a,b", "\"{}\""]
        var small = Row(id: .min, name: "")
        small.flag = false
        small.score = .leastNonzeroMagnitude
        small.data = []
        small.list = []
        return [full, small, Row(id: nil, name: nil)]
    }

    @Test func `typed rows come back as they were`() async throws {
        try await withPostgres { client in
            try await withTable(client, Self.columns) { table in
                let count = try await client.copyIn(into: PostgresIdentifier(table), format: .binary) { writer in
                    for row in Self.edges {
                        try await writer.writeRow(
                            row.id,
                            row.name,
                            row.flag,
                            row.score,
                            row.data,
                            row.at,
                            row.tag,
                            row.list
                        )
                    }
                }
                #expect(count == 3)
                let selected = try await client.query("SELECT * FROM \(unescaped: table)").decode(as: Row.self)
                #expect(selected == Self.edges)
                let copied = try await client.copyOut(from: PostgresIdentifier(table)) { rows in
                    var list: [Row] = []
                    for try await row in rows { list.append(try row.decode()) }
                    return list
                }
                #expect(copied == Self.edges)
                let reversed = try await client.copyOut(from: PostgresIdentifier(table), columns: ["name", "id"]) {
                    rows in
                    var list: [Int?] = []
                    for try await row in rows { list.append(try row.decode("id")) }
                    return list
                }
                #expect(reversed == [.max, .min, nil])
            }
        }
    }

    @Test func `texts come back as they were, and bytes go through in both formats`() async throws {
        try await withPostgres { client in
            try await withTable(client, "id int8, name text") { table in
                let (source, target) = (PostgresIdentifier(table), PostgresIdentifier("\(table) \"copy\""))
                try await client.execute("CREATE TABLE \(unescaped: target.quoted()) (id int8, name text)")
                try await client.copyIn(into: source, columns: ["name", "id"], format: .text) { writer in
                    try await writer.writeRow("a\tb\\c\nd\r\u{8}\u{B}\u{C}", "1")
                    try await writer.writeRow(nil, "2")
                    try await writer.writeRow(["\\N", nil])
                    try await writer.writeRow("\\.", "4")
                }
                let expected = ["a\tb\\c\nd\r\u{8}\u{B}\u{C}", nil, "\\N", "\\."]
                func names(_ table: String) async throws -> [String?] {
                    try await client.query("SELECT name FROM \(unescaped: table)").map { try $0.decode(at: 0) }
                }
                let found1 = try await names(table)
                #expect(found1 == expected)
                try await Self.transfer(client, source, target, .text)
                let found2 = try await names(target.quoted())
                #expect(found2 == expected)
                try await Self.transfer(client, source, target, .binary)
                let found3 = try await names(target.quoted())
                #expect(found3 == expected + expected)
                try await client.execute("DROP TABLE \(unescaped: target.quoted())")
            }
        }
    }

    private static func transfer(
        _ client: PostgresClient,
        _ source: PostgresIdentifier,
        _ target: PostgresIdentifier,
        _ format: some PostgresCopyFormat
    ) async throws {
        _ = try await client.copyOutBytes(from: source, format: format) { bytes in
            try await client.copyIn(into: target, format: format, from: bytes)
        }
    }

    @Test func `a query can be copied out, and one with parameters is refused`() async throws {
        try await withPostgres { client in
            let sum = try await client.copyOut(query: "SELECT n, 'x' || n AS t FROM generate_series(1, 100000) AS n") {
                rows in
                var sum = 0
                for try await row in rows {
                    let (number, text) = try row.decode((Int, String).self)
                    sum += number + text.utf8.count
                }
                return sum
            }
            #expect(sum == 5_000_050_000 + 588_895)
            let none = try await client.copyOut(query: "SELECT 1 AS a WHERE false") { rows in
                var count = 0
                for try await _ in rows { count += 1 }
                return count
            }
            #expect(none == 0)
            let error = await postgresError { try await client.copyOut(query: "SELECT \(1)") { _ in } }
            #expect(error?.code == .invalidQuery)
            let twice = await postgresError {
                try await client.copyOut(query: "SELECT 1") { rows in
                    for try await _ in rows {}
                    for try await _ in rows {}
                }
            }
            #expect(twice?.code == .transactionMisuse)
        }
    }

    @Test func `an error thrown by the body stores nothing and the connection goes on`() async throws {
        struct Stop: Error {}
        try await withPostgres(connectionsMax: 1) { client in
            try await withTable(client, "id int8") { table in
                await #expect(throws: Stop.self) {
                    try await client.copyIn(into: PostgresIdentifier(table), format: .binary) { writer in
                        for id in 0..<100_000 { try await writer.writeRow(id) }
                        throw Stop()
                    }
                }
                await #expect(throws: Stop.self) {
                    try await client.copyIn(into: PostgresIdentifier(table), format: .text, from: FailingBytes(Stop()))
                }
                let found4 = try await rowCount(client, "SELECT 1 FROM \(unescaped: table)")
                #expect(found4 == 0)
            }
        }
    }

    @Test func `rows that do not fit are refused here, whether or not the body rethrows`() async throws {
        try await withPostgres { client in
            try await withTable(client, "id int4, name varchar(9), note json") { table in
                let table = PostgresIdentifier(table)
                let wide = await postgresError {
                    try await client.copyIn(into: table, format: .binary) { writer in
                        // Int is int8, which the server would refuse with the whole COPY, or take for something else.
                        try? await writer.writeRow(1, "a", "{}")
                        try? await writer.writeRow(1 as Int32, "a", "{}")
                    }
                }
                #expect(wide?.code == .invalidQuery && wide?.column == "id")
                let short = await postgresError {
                    try await client.copyIn(into: table, format: .binary) { try await $0.writeRow(1 as Int32, "a") }
                }
                #expect(short?.code == .invalidQuery)
                let long = await postgresError {
                    try await client.copyIn(into: table, format: .text) { try await $0.writeRow("1", "a", "{}", "x") }
                }
                #expect(long?.code == .invalidQuery)
                let zero = await postgresError {
                    try await client.copyIn(into: table, columns: ["name"], format: .binary) {
                        try await $0.writeRow("\0")
                    }
                }
                #expect(zero?.code == .invalidValue)
                let count = try await client.copyIn(into: table, format: .binary) { writer in
                    try await writer.writeRow(1 as Int32, "a", "{}")
                    try await writer.writeRow { row in
                        row.append(2 as Int32)
                        row.append(nil as String?)
                        row.append("[]")
                    }
                    try await writer.writeRows(3...5) { (id, row) in
                        row.append(Int32(id))
                        row.append("b")
                        row.append("1")
                    }
                }
                #expect(count == 5)
            }
        }
    }

    @Test func `errors of the server come out and the connection goes on`() async throws {
        try await withPostgres(connectionsMax: 1) { client in
            try await withTable(client, "id int8 PRIMARY KEY") { table in
                let table = PostgresIdentifier(table)
                let unique = await postgresError {
                    try await client.copyIn(into: table, format: .binary) { writer in
                        for id in 0..<200_000 { try await writer.writeRow(id % 100_000) }
                    }
                }
                #expect(unique?.code == .uniqueViolation, "\(String(describing: unique))")
                #expect(unique?.code == .uniqueViolation && unique?.mayHaveBeenApplied == false)
                let value = await postgresError {
                    try await client.copyIn(into: table, format: .text) { try await $0.writeRow("x") }
                }
                #expect(value?.code == .invalidValue)
                let missing = await postgresError {
                    try await client.copyIn(into: "no such table", format: .binary) { _ in }
                }
                #expect(missing?.sqlState == "42P01")
                let column = await postgresError {
                    try await client.copyIn(into: table, columns: ["nothing"], format: .binary) { _ in }
                }
                #expect(column?.sqlState == "42703")
                let out = await postgresError {
                    try await client.copyOut(query: "SELECT 1 / (50000 - n) FROM generate_series(1, 60000) AS n") {
                        rows in
                        for try await _ in rows {}
                    }
                }
                #expect(out?.sqlState == "22012")
                let found5 = try await rowCount(client, "SELECT 1 FROM \(unescaped: table.quoted())")
                #expect(found5 == 0)
            }
        }
    }

    @Test func `COPY works on a connection of its own, into a temporary table`() async throws {
        try await withPostgres { client in
            let sum = try await client.withConnection { connection in
                try await connection.execute("CREATE TEMPORARY TABLE numbers (n int8)")
                try await connection.copyIn(into: "numbers", format: .binary) { writer in
                    for number in 1...1_000 { try await writer.writeRow(number) }
                }
                return try await connection.copyOut(from: "numbers") { rows in
                    var sum = 0
                    for try await row in rows { sum += try row.decode(at: 0, as: Int.self) }
                    return sum
                }
            }
            #expect(sum == 500_500)
        }
    }

    @Test func `COPY is a part of its transaction`() async throws {
        struct Stop: Error {}
        try await withPostgres(connectionsMax: 1) { client in
            try await withTable(client, "id int8") { name in
                let table = PostgresIdentifier(name)
                try await client.transaction { transaction in
                    try await transaction.copyIn(into: table, format: .binary) { writer in
                        for id in 0..<1_000 { try await writer.writeRow(id) }
                    }
                    // Left early: the rest is dropped, and the transaction goes on.
                    let first = try await transaction.copyOut(from: table) { rows in
                        for try await row in rows { return try row.decode(at: 0, as: Int.self) }
                        return -1
                    }
                    #expect(first == 0)
                    await #expect(throws: Stop.self) {
                        try await transaction.savepoint { inner in
                            try await inner.copyIn(into: table, format: .text) { writer in
                                try await writer.writeRow("1")
                                throw Stop()
                            }
                        }
                    }
                    try await transaction.execute("DELETE FROM \(unescaped: name) WHERE id >= 10")
                }
                let found6 = try await rowCount(client, "SELECT 1 FROM \(unescaped: name)")
                #expect(found6 == 10)
                await #expect(throws: Stop.self) {
                    try await client.transaction { transaction in
                        try await transaction.copyIn(into: table, format: .binary) { try await $0.writeRow(7) }
                        throw Stop()
                    }
                }
                let found7 = try await rowCount(client, "SELECT 1 FROM \(unescaped: name)")
                #expect(found7 == 10)
            }
        }
    }
}

/// A piece of bytes, and then an error.
struct FailingBytes<Problem: Error>: AsyncSequence, AsyncIteratorProtocol {
    private let problem: Problem
    private var isSecond = false

    init(_ problem: Problem) {
        self.problem = problem
    }

    func makeAsyncIterator() -> Self { self }

    mutating func next() async throws -> [UInt8]? {
        guard !self.isSecond else { throw self.problem }
        self.isSecond = true
        return Array("1\n2\n".utf8)
    }
}
