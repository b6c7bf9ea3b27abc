package import Caching
package import ServerRuntime

/// What `local-cache.yml` says: the caches in the memory of each process.
package struct LocalCacheSettings: Sendable, Hashable {
    /// The states of login tokens.
    package var auth: LocalCacheDomain
    /// Users.
    package var user: LocalCacheDomain
    /// Groups and members.
    package var group: LocalCacheDomain
    /// Friends and black lists.
    package var friend: LocalCacheDomain
    /// Conversations.
    package var conversation: LocalCacheDomain

    /// The defaults: every domain is on.
    package init() {
        self.auth = LocalCacheDomain(topic: "DELETE_CACHE_AUTH")
        self.user = LocalCacheDomain(topic: "DELETE_CACHE_USER")
        self.group = LocalCacheDomain(topic: "DELETE_CACHE_GROUP")
        self.friend = LocalCacheDomain(topic: "DELETE_CACHE_FRIEND")
        self.conversation = LocalCacheDomain(topic: "DELETE_CACHE_CONVERSATION")
    }

    /// Reads `local-cache.yml`.
    package init(reading section: ConfigurationSection) {
        let defaults = LocalCacheSettings()
        self.auth = LocalCacheDomain(reading: section.section("auth"), defaults: defaults.auth)
        self.user = LocalCacheDomain(reading: section.section("user"), defaults: defaults.user)
        self.group = LocalCacheDomain(reading: section.section("group"), defaults: defaults.group)
        self.friend = LocalCacheDomain(reading: section.section("friend"), defaults: defaults.friend)
        self.conversation = LocalCacheDomain(
            reading: section.section("conversation"),
            defaults: defaults.conversation
        )
    }

    /// Which keys are announced on which channel.
    ///
    /// Also for domains whose own cache is off: other processes may keep theirs.
    package var routes: [CacheInvalidationRoute] {
        let prefixes = [
            (self.auth.topic, [CacheKey.Prefix.tokens]),
            (self.user.topic, [CacheKey.Prefix.userInfo, CacheKey.Prefix.userGlobalReceiveOption]),
            (
                self.group.topic,
                [CacheKey.Prefix.groupMemberIDs, CacheKey.Prefix.groupInfo, CacheKey.Prefix.groupMember]
            ),
            (self.friend.topic, [CacheKey.Prefix.friendIDs, CacheKey.Prefix.blackIDs]),
            (self.conversation.topic, [CacheKey.Prefix.conversation, CacheKey.Prefix.conversationIDs]),
        ]
        return prefixes.filter { !$0.0.isEmpty }.map { CacheInvalidationRoute(channel: $0.0, prefixes: $0.1) }
    }
}
