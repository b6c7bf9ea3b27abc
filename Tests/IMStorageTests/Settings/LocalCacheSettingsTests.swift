import Caching
import ServerRuntime
import Testing

@testable import IMStorage

@Suite struct LocalCacheSettingsTests {
    private func read(_ yaml: String) throws -> LocalCacheSettings {
        try TestConfiguration.read(yaml) { LocalCacheSettings(reading: $0) }
    }

    @Test func `without a file every domain is on with OpenIM's values`() throws {
        let settings = try self.read("")
        #expect(settings == LocalCacheSettings())
        for domain in [settings.auth, settings.user, settings.group, settings.friend, settings.conversation] {
            #expect(domain.isEnabled)
        }
        #expect(settings.conversation.topic == "DELETE_CACHE_CONVERSATION")
        #expect(settings.user.successExpire == .seconds(300))
        #expect(settings.user.failedExpire == .seconds(5))
    }

    @Test(arguments: ["topic: \"\"", "topic:", "slotNum: 0", "slotSize: 0"])
    func `an empty topic or a size of 0 switches a domain off`(line: String) throws {
        let settings = try self.read("user:\n  \(line)\n")
        #expect(!settings.user.isEnabled)
        #expect(settings.auth.isEnabled)
    }

    @Test func `values are read for each domain`() throws {
        let settings = try self.read("user: {topic: T, slotNum: 7, slotSize: 8, successExpire: 9, failedExpire: 0}\n")
        #expect(
            settings.user
                == LocalCacheDomain(
                    topic: "T",
                    slotNum: 7,
                    slotSize: 8,
                    successExpire: .seconds(9),
                    failedExpire: .zero
                )
        )
    }

    @Test(arguments: ["slotNum: -1", "slotNum: 100000", "slotSize: many", "successExpire: 5m", "failedExpire: -1"])
    func `a value that cannot be used is a problem`(line: String) {
        let error = #expect(throws: ConfigurationError.self) { try self.read("friend:\n  \(line)\n") }
        let key = line.prefix { $0 != ":" }
        #expect(error?.problems.first?.contains("friend.\(key)") == true)
    }

    @Test func `keys are announced on their domain's channel, also when its own cache is off`() throws {
        let settings = try self.read("auth: {topic: A, slotNum: 0}\nuser: {topic: U}\n")
        #expect(
            settings.routes == [
                CacheInvalidationRoute(channel: "A", prefixes: ["UID_PID_TOKEN_STATUS:"]),
                CacheInvalidationRoute(channel: "U", prefixes: ["USER_INFO:", "USER_GLOBAL_RECV_MSG_OPT_KEY:"]),
                CacheInvalidationRoute(
                    channel: "DELETE_CACHE_GROUP",
                    prefixes: ["GROUP_MEMBER_IDS:", "GROUP_INFO:", "GROUP_MEMBER_INFO:"]
                ),
                CacheInvalidationRoute(channel: "DELETE_CACHE_FRIEND", prefixes: ["FRIEND_IDS:", "BLACK_IDS:"]),
                CacheInvalidationRoute(
                    channel: "DELETE_CACHE_CONVERSATION",
                    prefixes: ["CONVERSATION:", "CONVERSATION_IDS:"]
                ),
            ]
        )
        let others = ["USER", "GROUP", "FRIEND", "CONVERSATION"].map { "DELETE_CACHE_\($0)" }
        #expect(try self.read("auth: {topic: \"\"}\n").routes.map(\.channel) == others)
    }

    @Test func `states of tokens are kept for 5 s at the most`() {
        let max = Caches.tokenLifetimeMax
        let domain = LocalCacheDomain(topic: "A")
        #expect(max == .seconds(5))
        #expect(domain.options(lifetimeMax: max).successLifetime == .seconds(5))
        #expect(domain.options().successLifetime == .seconds(300))
        let short = LocalCacheDomain(topic: "A", successExpire: .seconds(2), failedExpire: .zero)
        #expect(short.options(lifetimeMax: max).successLifetime == .seconds(2))
        #expect(short.options(lifetimeMax: max).failureLifetime == .zero)
    }
}
