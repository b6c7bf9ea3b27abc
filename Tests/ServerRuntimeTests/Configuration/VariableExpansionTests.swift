import TestKit
import Testing

@testable import ServerRuntime

@Suite struct VariableExpansionTests {
    private static let variables = ["HOST": "db", "EMPTY": "", "REF": "${HOST}", "用户": "x"]

    @Test(arguments: [
        ("", ""), ("plain", "plain"), ("$HOST", "$HOST"), ("${HOST}", "db"), ("a${HOST}b${HOST}c", "adbbdbc"),
        ("${HOST:-x}", "db"), ("${NONE:-x}", "x"), ("${NONE:-}", ""), ("${EMPTY:-x}", "x"), ("${EMPTY}", ""),
        ("${NONE:-a:-b}", "a:-b"), ("127.0.0.1:${NONE:-19094}", "127.0.0.1:19094"), ("}", "}"), ("$", "$"),
        ("a$", "a$"), ("$${HOST}", "$db"), ("${用户}", "x"),
    ])
    func `references are replaced`(text: String, expected: String) throws {
        #expect(try VariableExpansion.expand(text, Self.variables) == expected)
    }

    @Test func `what a variable holds is not expanded again`() throws {
        #expect(try VariableExpansion.expand("${REF}", Self.variables) == "${HOST}")
    }

    @Test func `a variable that is not set is named`() {
        #expect {
            try VariableExpansion.expand("a ${HOST} ${NONE} b", Self.variables)
        } throws: { error in
            guard case .unset("NONE") = error as? VariableExpansion.Failure else { return false }
            return true
        }
    }

    @Test(arguments: ["${", "a${HOST", "${HOST:-x", "${HOST}${"])
    func `a reference without end is an error`(text: String) {
        #expect {
            try VariableExpansion.expand(text, Self.variables)
        } throws: { error in
            guard case .unterminated = error as? VariableExpansion.Failure else { return false }
            return true
        }
    }
}
