import Testing

@testable import Postgres

@Suite struct PostgresRowTests {
    private func cell(_ text: String?, _ type: PostgresType) -> PostgresCell {
        PostgresCell(columnName: "c", text: text.map { Array($0.utf8)[...] }, type: type)
    }

    private func code(_ body: () throws(PostgresError) -> some Any) -> PostgresError.Code? {
        do throws(PostgresError) {
            _ = try body()
            return nil
        } catch {
            return error.code
        }
    }

    @Test func `numbers out of range are errors`() throws {
        #expect(try self.cell("2147483647", .int8).decode(as: Int32.self) == .max)
        #expect(
            self.code { () throws(PostgresError) in try self.cell("2147483648", .int8).decode(as: Int32.self) }
                == .decoding
        )
        #expect(
            self.code { () throws(PostgresError) in try self.cell("1.5", .numeric).decode(as: Int.self) } == .decoding
        )
    }

    @Test func `NULL is nil for an optional and an error for others`() throws {
        #expect(try self.cell(nil, .text).decode(as: String?.self) == nil)
        #expect(
            self.code { () throws(PostgresError) in try self.cell(nil, .text).decode(as: String.self) } == .decoding
        )
    }

    @Test(arguments: ["", "\\", "\\x0", "\\xzz", "abc", "\\x00é"])
    func `a malformed bytea is an error`(text: String) {
        #expect(
            self.code { () throws(PostgresError) in try self.cell(text, .bytea).decode(as: [UInt8].self) } == .decoding
        )
    }

    @Test func `a text column is no number and a number column no bool`() {
        #expect(self.code { () throws(PostgresError) in try self.cell("1", .text).decode(as: Int.self) } == .decoding)
        #expect(self.code { () throws(PostgresError) in try self.cell("1", .int4).decode(as: Bool.self) } == .decoding)
    }

    @Test func `columns are found by name and index and others are errors`() throws {
        let columns = PostgresColumns(names: ["a", "b", "a"], types: [.int4, .text, .int4])
        let row = PostgresRow(columns: columns, bytes: Array("12x3".utf8), ranges: [0..<2, 2..<3, 3..<4])
        #expect(try row.decode("a", as: Int.self) == 12)
        #expect(try row.decode(at: 2, as: Int.self) == 3)
        #expect(row[3] == nil && row[-1] == nil && row["c"] == nil)
        #expect(self.code { () throws(PostgresError) in try row.decode("c", as: Int.self) } == .decoding)
    }
}
