import Testing

@testable import IMStorage

@Suite struct ReadMarkTests {
    private func mark(_ conversationID: String, _ userID: String, _ seq: Int64) -> ReadMark {
        ReadMark(conversationID: conversationID, userID: userID, seq: seq)
    }

    @Test func `of several marks of a user and conversation the greatest is left`() {
        let marks = [
            self.mark("c1", "u1", 3), self.mark("c1", "u2", 9), self.mark("c1", "u1", 7), self.mark("c2", "u1", 1),
            self.mark("c1", "u1", 5),
        ]
        let greatest = Set(ReadMark.greatest(of: marks))
        #expect(greatest == [self.mark("c1", "u1", 7), self.mark("c1", "u2", 9), self.mark("c2", "u1", 1)])
        #expect(ReadMark.greatest(of: marks).count == 3)
    }

    @Test(
        arguments: [("", "u", 1), ("c", "", 1), ("c", "u", 0), ("c", "u", -1), ("c", "u", .max)]
            as [(String, String, Int64)]
    )
    func `marks that name nothing are left out`(conversationID: String, userID: String, seq: Int64) {
        #expect(ReadMark.greatest(of: [self.mark(conversationID, userID, seq)]).isEmpty)
    }
}
