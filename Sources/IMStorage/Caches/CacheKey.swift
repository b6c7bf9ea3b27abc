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

    /// How the keys begin.
    enum Prefix {
        static let userInfo = "USER_INFO:"
        static let userGlobalReceiveOption = "USER_GLOBAL_RECV_MSG_OPT_KEY:"
        static let tokens = "UID_PID_TOKEN_STATUS:"
    }
}
