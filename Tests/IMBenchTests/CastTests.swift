import Testing

@testable import IMBench

@Suite struct CastTests {
    @Test func `the smaller user comes first in the name of a single chat`() {
        let cast = Cast(prefix: "x", run: 0xAB, users: 2_000_000, chatSize: 2)
        for chat in [0, 4, 5, 49_999, 499_999] {
            let names = cast.members(chat).map { cast.userID($0) }
            #expect(cast.conversationID(chat) == "si_\(names.sorted().joined(separator: "_"))")
        }
        #expect(cast.userID(7) == "x0000abu000007")
    }

    @Test func `groups have ids of their own`() {
        let cast = Cast(prefix: "x", run: 1, users: 9, chatSize: 3)
        #expect(cast.chats == 3)
        #expect(cast.conversationID(2) == "sg_\(cast.groupID(2))")
        #expect(cast.members(2) == 6..<9)
    }
}
