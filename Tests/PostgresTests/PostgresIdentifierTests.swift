import Testing

@testable import Postgres

struct PostgresIdentifierTests {
    @Test(arguments: [
        (PostgresIdentifier("users"), #""users""#),
        (PostgresIdentifier(#"a"b"#), #""a""b""#),
        (PostgresIdentifier("\";DROP TABLE x;--"), "\"\"\";DROP TABLE x;--\""),
        (PostgresIdentifier(schema: "im", "a.b"), #""im"."a.b""#),
        ("naïve 表", #""naïve 表""#),
    ])
    func `a name becomes one quoted identifier`(identifier: PostgresIdentifier, text: String) throws {
        #expect(try identifier.quoted() == text)
    }

    @Test func `names that the server cannot have are refused`() {
        let names = ["", "a\u{0}b", String(repeating: "x", count: 64), String(repeating: "é", count: 32)]
        for name in names {
            #expect(throws: PostgresError.self) { try PostgresIdentifier(name).quoted() }
            #expect(throws: PostgresError.self) { try PostgresIdentifier(schema: name, "x").quoted() }
        }
        #expect(throws: Never.self) { try PostgresIdentifier(String(repeating: "x", count: 63)).quoted() }
    }
}
