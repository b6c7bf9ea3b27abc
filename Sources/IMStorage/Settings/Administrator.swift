package import ServerRuntime

/// An account with administrator's rights.
package struct Administrator: Sendable, Hashable {
    package let userID: String
    package let nickname: String

    /// Reads `imAdminUser` of `share.yml`.
    package static func read(_ section: ConfigurationSection) -> [Administrator] {
        let userIDs = section.strings("userIDs", default: ["imAdmin"])
        let nicknames = section.strings("nicknames", default: ["superAdmin"])
        if userIDs.count != nicknames.count {
            section.note("nicknames", "must hold as many names as userIDs (\(userIDs.count)), got \(nicknames.count)")
        }
        return zip(userIDs, nicknames).map { Administrator(userID: $0, nickname: $1) }
    }
}
