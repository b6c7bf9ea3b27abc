import IMProtocol
import IMStorage
import Testing

@Suite struct CacheKeyTests {
    @Test func `keys are spelled as OpenIM spells them`() {
        #expect(CacheKey.userInfo("u1") == "USER_INFO:u1")
        #expect(CacheKey.userGlobalReceiveOption("u1") == "USER_GLOBAL_RECV_MSG_OPT_KEY:u1")
        #expect(CacheKey.tokens(of: "u1", on: .macOS) == "UID_PID_TOKEN_STATUS:u1:OSX")
        #expect(CacheKey.friendIDs(of: "u1") == "FRIEND_IDS:u1")
        #expect(CacheKey.blackIDs(of: "u1") == "BLACK_IDS:u1")
        #expect(CacheKey.groupInfo("g1") == "GROUP_INFO:g1")
        #expect(CacheKey.membership(of: "u1", in: "g1") == ["GROUP_MEMBER_IDS:g1", "GROUP_MEMBER_INFO:g1-u1"])
        #expect(
            CacheKey.conversationRow("si_a_b", of: "a")
                == ["CONVERSATION:a:si_a_b", "CONVERSATION_IDS:a", "PINNED_CONVERSATION_IDS:a"]
        )
        #expect(CacheKey.account("u1") == ["USER_INFO:u1", "USER_GLOBAL_RECV_MSG_OPT_KEY:u1"])
    }
}
