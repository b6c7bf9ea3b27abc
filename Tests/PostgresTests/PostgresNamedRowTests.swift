import Testing

@testable import Postgres

@Suite struct PostgresNamedRowTests {
    private enum Level: Int, Decodable {
        case user = 1
        case manager = 2
    }

    private struct Settings: Decodable, Equatable {
        let theme: String
    }

    private struct User: Decodable {
        let userID: String
        let faceURL: String?
        let level: Level
        let createTime: Int64
        let settings: Settings?
        let tags: [String]
        let missing: Int?
    }

    private static let columns = [
        FakeColumn(name: "level", type: .int4), FakeColumn(name: "user_id", type: .text),
        FakeColumn(name: "face_url", type: .text), FakeColumn(name: "create_time", type: .int8),
        FakeColumn(name: "settings", type: .jsonb), FakeColumn(name: "tags", type: .textArray),
    ]
    private static let noTags: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25]

    private func row(level: [UInt8]? = [0, 0, 0, 2], settings: String? = #"{"theme":"dark"}"#) throws -> PostgresRow {
        try makeRows(
            Self.columns,
            [
                [
                    level, Array("u1".utf8), nil, [0, 0, 0, 0, 0, 0, 0, 9], settings.map { [1] + Array($0.utf8) },
                    Self.noTags,
                ]
            ]
        )[0]
    }

    @Test func `properties are columns whose names have underscores between words`() throws {
        let user = try self.row().decode(byName: User.self)
        #expect(user.userID == "u1" && user.faceURL == nil && user.level == .manager && user.createTime == 9)
        #expect(user.settings == Settings(theme: "dark") && user.tags.isEmpty && user.missing == nil)
        let without = try self.row(settings: nil).decode(byName: User.self)
        #expect(without.settings == nil)
    }

    @Test(arguments: [
        ("userID", "user_id"), ("faceURL", "face_url"), ("id", "id"), ("URLPath", "url_path"),
        ("faceURLHost", "face_url_host"),
        ("already_so", "already_so"), ("utf8Text", "utf8_text"), ("", ""),
    ])
    func `a property has the name of its words`(property: String, column: String) {
        #expect(PostgresColumnNaming.snakeCase.columnName(of: property) == column)
        #expect(PostgresColumnNaming.exact.columnName(of: property) == property)
    }

    @Test func `many rows look for their columns once and read alike`() throws {
        let rows = try makeRows([FakeColumn(name: "theme", type: .varchar)], [[[97]], [[98]]])
        #expect(try rows.decode(byName: Settings.self, naming: .exact).map(\.theme) == ["a", "b"])
        #expect(try PostgresRows().decode(byName: Settings.self).isEmpty)
    }

    @Test func `what does not fit is an error that names the column and quotes nothing`() throws {
        let cases: [(PostgresRow, String)] = [
            (try self.row(level: [0, 0, 0, 7]), "level"), (try self.row(level: nil), "level"),
            (try self.row(settings: #"{"theme":5}"#), "settings"),
            (try self.row(settings: #"{"secret":"x"}"#), "settings"),
            (try self.row(settings: "secret"), "settings"),
        ]
        for (row, column) in cases {
            let error = #expect(throws: PostgresError.self) { try row.decode(byName: User.self) }
            #expect(error?.code == .decoding && error?.column == column)
            #expect(error.map { !$0.description.contains("secret") } == true)
        }
        let lacking = try makeRows([FakeColumn(name: "a", type: .text)], [[[97]]])[0]
        let error = #expect(throws: PostgresError.self) { try lacking.decode(byName: Settings.self) }
        #expect(error?.message.contains("no column theme") == true)
    }

    @Test func `a row is neither a list nor one value`() throws {
        let row = try makeRows([FakeColumn(name: "a", type: .int4)], [[[0, 0, 0, 1]]])[0]
        #expect(throws: PostgresError.self) { try row.decode(byName: [Int].self) }
        #expect(throws: PostgresError.self) { try row.decode(byName: Level.self) }
        struct Nested: Decodable {
            struct Inner: Decodable { let b: Int }
            let a: Inner
        }
        let error = #expect(throws: PostgresError.self) { try row.decode(byName: Nested.self) }
        #expect(error?.column == "a")
    }
}
