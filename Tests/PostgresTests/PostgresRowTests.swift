import FoundationEssentials
import Testing

@testable import Postgres

@Suite struct PostgresRowTests {
    private struct User: PostgresRowDecodable, Equatable {
        let id: Int32
        let name: String?

        init(id: Int32, name: String?) {
            self.id = id
            self.name = name
        }

        init(row: inout PostgresRowDecoder) throws(PostgresError) {
            self.init(id: try row.decode(), name: try row.decode())
        }
    }

    private let columns = [FakeColumn(name: "id", type: .int4), FakeColumn(name: "name", type: .text)]

    private func users() throws -> PostgresRows {
        try makeRows(self.columns, [[[0, 0, 0, 1], [97]], [[0, 0, 0, 2], nil], [[0, 0, 0, 3], []]])
    }

    @Test func `rows are a collection that shares its answer`() throws {
        let rows = try self.users()
        #expect(rows.count == 3 && rows.columnNames == ["id", "name"] && !rows.isEmpty)
        #expect(try rows.map { try $0.decode("id", as: Int.self) } == [1, 2, 3])
        #expect(try rows.first?.decode("name", as: String.self) == "a")
        #expect(try rows.last?.decode("name", as: String.self) == "")
        #expect(try rows.reversed().map { try $0.decode(at: 0, as: Int.self) } == [3, 2, 1])
        #expect(PostgresRows().isEmpty && PostgresRows().columnNames.isEmpty)
    }

    @Test func `NULL is nil for an optional and an error that says so for others`() throws {
        let row = try self.users()[1]
        #expect(try row.decode("name", as: String?.self) == nil)
        #expect(row["name"]?.isNull == true && row["name"]?.bytes == nil)
        let error = #expect(throws: PostgresError.self) { try row.decode("name", as: String.self) }
        #expect(error?.code == .decoding && error?.column == "name")
        #expect(error?.message == "column name (index 1): NULL cannot be read as String; ask for an optional")
    }

    @Test func `columns are found by name and index, and others are errors`() throws {
        let names = ["a", "b", "a"].map { FakeColumn(name: $0, type: .int2) }
        let row = try makeRows(names, [[[0, 1], [0, 2], [0, 3]]])[0]
        #expect(try row.decode("a", as: Int.self) == 1)
        #expect(try row.decode(at: 2, as: Int.self) == 3)
        #expect(row.count == 3 && row.columnNames == ["a", "b", "a"])
        #expect(row[3] == nil && row[-1] == nil && row["c"] == nil && row["A"] == nil)
        for body in [
            { try row.decode("c", as: Int.self) }, { try row.decode(at: 3, as: Int.self) },
            { try row.decode(at: -1, as: Int.self) },
        ] as [() throws -> Int] {
            let error = #expect(throws: PostgresError.self) { try body() }
            #expect(error?.code == .decoding)
        }
    }

    @Test func `a row is read by position into a tuple of as many columns`() throws {
        let rows = try self.users()
        let (id, name) = try rows[0].decode((Int64, String?).self)
        #expect(id == 1 && name == "a")
        let all = try rows.decode((Int, String?).self)
        #expect(all.map(\.0) == [1, 2, 3] && all.map(\.1) == ["a", nil, ""])
        let few = #expect(throws: PostgresError.self) { try rows[0].decode((Int64, String?, Bool).self) }
        let many = #expect(throws: PostgresError.self) { try rows.decode(Int64.self) }
        #expect(few?.code == .decoding && many?.code == .decoding)
    }

    @Test func `a row is read one column after the other into a type of its own`() throws {
        let rows = try self.users()
        #expect(try rows.decode(as: User.self).map(\.id) == [1, 2, 3])
        #expect(try rows[1].decode(as: User.self) == User(id: 2, name: nil))
        let other = try makeRows([self.columns[1], self.columns[0]], [[[97], [0, 0, 0, 1]]])
        let error = #expect(throws: PostgresError.self) { try other.decode(as: User.self) }
        #expect(error?.column == "name")
        #expect(error?.message == "column name (index 0): a value of type text cannot be read as Int32")
        let short = try makeRows([self.columns[0]], [[[0, 0, 0, 1]]])
        #expect(throws: PostgresError.self) { try short.decode(as: User.self) }
    }

    @Test func `a decoder can leave columns out and says how many are left`() throws {
        var decoder = try self.users()[0].decoder
        try decoder.skip()
        #expect(decoder.remaining == 1 && decoder.column == 1)
        #expect(try decoder.decode(String.self) == "a")
        #expect(throws: PostgresError.self) { try decoder.skip() }
        #expect(throws: PostgresError.self) { try decoder.decode(Int.self) }
    }

    @Test func `a cell tells what it is and gives its bytes`() throws {
        let type = PostgresType(oid: 16_400)
        let row = try makeRows([FakeColumn(name: "point", type: type)], [[[1, 2, 3]]])[0]
        let cell = try #require(row["point"])
        #expect(cell.columnName == "point" && cell.columnIndex == 0 && cell.type == type && cell.format == .binary)
        #expect(cell.bytes == [1, 2, 3])
        #expect(try cell.decode(as: [UInt8].self) == [1, 2, 3])
        let error = #expect(throws: PostgresError.self) { try cell.decode(as: String.self) }
        #expect(error?.message.contains("type 16400") == true && error?.message.contains("cast it to text") == true)
    }
}
