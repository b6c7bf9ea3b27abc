import Testing

@testable import IMProtocol

@Suite struct CallContextTests {
    private func code(_ body: () throws -> Void) -> Int32 {
        do {
            try body()
            return 0
        } catch {
            return (error as? IMError)?.code ?? -1
        }
    }

    @Test(arguments: [
        ("u1", false, "u1", Int32(0)), ("u1", false, "u2", 1002), ("", false, "", 1002), ("", false, "u1", 1002),
        ("u1", false, "", 1002), ("admin", true, "u1", 0), ("", true, "", 0), ("u1", false, "U1", 1002),
    ])
    func `one acts for oneself, an administrator for anybody`(caller: String, isAdmin: Bool, user: String, code: Int32)
    {
        let context = CallContext(operationID: "op", userID: caller, isAdmin: isAdmin)
        #expect(self.code { try context.requireSelf(user) } == code)
    }

    @Test func `what is for administrators is refused to others`() {
        #expect(self.code { try CallContext(operationID: "op", userID: "u", isAdmin: true).requireAdmin() } == 0)
        #expect(self.code { try CallContext(operationID: "op", userID: "u").requireAdmin() } == 1002)
    }
}
