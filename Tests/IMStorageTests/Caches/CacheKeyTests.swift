import IMProtocol
import IMStorage
import Testing

@Suite struct CacheKeyTests {
    @Test func `keys are spelled as OpenIM spells them`() {
        #expect(CacheKey.userInfo("u1") == "USER_INFO:u1")
        #expect(CacheKey.userGlobalReceiveOption("u1") == "USER_GLOBAL_RECV_MSG_OPT_KEY:u1")
        #expect(CacheKey.tokens(of: "u1", on: .macOS) == "UID_PID_TOKEN_STATUS:u1:OSX")
        #expect(CacheKey.account("u1") == ["USER_INFO:u1", "USER_GLOBAL_RECV_MSG_OPT_KEY:u1"])
    }
}
