package import IMProtocol

/// The names of the Redis keys whose values caches hold, as OpenIM v3.8 spells them.
package enum CacheKey {
    /// A user's account and profile.
    package static func userInfo(_ userID: String) -> String {
        "\(Prefix.userInfo)\(userID)"
    }

    /// What a user does with messages where nothing else is said.
    package static func userGlobalReceiveOption(_ userID: String) -> String {
        "\(Prefix.userGlobalReceiveOption)\(userID)"
    }

    /// Everything that is cached of a user's account, for whoever changes it.
    package static func account(_ userID: String) -> [String] {
        [self.userInfo(userID), self.userGlobalReceiveOption(userID)]
    }

    /// The login tokens of a user on one platform, with their states.
    package static func tokens(of userID: String, on platform: Platform) -> String {
        "\(Prefix.tokens)\(userID):\(platform.name)"
    }

    /// Whom a user has as friends.
    package static func friendIDs(of ownerID: String) -> String {
        "\(Prefix.friendIDs)\(ownerID)"
    }

    /// Whom a user has blocked.
    package static func blackIDs(of ownerID: String) -> String {
        "\(Prefix.blackIDs)\(ownerID)"
    }

    /// A group.
    package static func groupInfo(_ groupID: String) -> String {
        "\(Prefix.groupInfo)\(groupID)"
    }

    /// The users that are members of a group.
    package static func groupMemberIDs(_ groupID: String) -> String {
        "\(Prefix.groupMemberIDs)\(groupID)"
    }

    /// One member of a group.
    package static func groupMember(_ userID: String, of groupID: String) -> String {
        "\(Prefix.groupMember)\(groupID)-\(userID)"
    }

    /// Everything that is cached of a membership, for whoever changes it.
    package static func membership(of userID: String, in groupID: String) -> [String] {
        [self.groupMemberIDs(groupID), self.groupMember(userID, of: groupID)]
    }

    /// What a user sees of a conversation.
    package static func conversation(_ conversationID: String, of ownerID: String) -> String {
        "\(Prefix.conversation)\(ownerID):\(conversationID)"
    }

    /// The conversations of a user.
    package static func conversationIDs(of ownerID: String) -> String {
        "\(Prefix.conversationIDs)\(ownerID)"
    }

    /// The conversations that a user has pinned.
    package static func pinnedConversationIDs(of ownerID: String) -> String {
        "PINNED_CONVERSATION_IDS:\(ownerID)"
    }

    /// Everything that is cached of a row of `conversations`, for whoever creates, changes or removes it.
    package static func conversationRow(_ conversationID: String, of ownerID: String) -> [String] {
        [
            self.conversation(conversationID, of: ownerID), self.conversationIDs(of: ownerID),
            self.pinnedConversationIDs(of: ownerID),
        ]
    }

    /// How the keys begin whose changes are announced to local caches.
    enum Prefix {
        static let userInfo = "USER_INFO:"
        static let userGlobalReceiveOption = "USER_GLOBAL_RECV_MSG_OPT_KEY:"
        static let tokens = "UID_PID_TOKEN_STATUS:"
        static let friendIDs = "FRIEND_IDS:"
        static let blackIDs = "BLACK_IDS:"
        static let groupInfo = "GROUP_INFO:"
        static let groupMemberIDs = "GROUP_MEMBER_IDS:"
        static let groupMember = "GROUP_MEMBER_INFO:"
        static let conversation = "CONVERSATION:"
        static let conversationIDs = "CONVERSATION_IDS:"
    }
}
