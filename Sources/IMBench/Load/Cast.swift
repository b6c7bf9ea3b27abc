import IMProtocol

/// The names of a run's users and chats, all made from the run's number.
struct Cast: Sendable, Codable, Equatable {
    /// What all users' names begin with.
    var prefix: String
    /// 24 bits that tell this run from others.
    var run: UInt32
    var users: Int
    /// Members of a chat; 2: single chats.
    var chatSize: Int

    var chats: Int { self.users / self.chatSize }
    var isGroups: Bool { self.chatSize > 2 }

    /// The name of user `index`, of the same length for all.
    func userID(_ index: Int) -> String {
        "\(self.stem)u\(Self.padded(index))"
    }

    /// The id of the group of chat `index`; empty for single chats.
    func groupID(_ index: Int) -> String {
        self.isGroups ? "\(self.stem)g\(Self.padded(index))" : ""
    }

    /// The conversation of chat `index`.
    func conversationID(_ index: Int) -> String {
        guard !self.isGroups else { return "sg_\(self.groupID(index))" }
        // The names have one length, so the smaller index is the smaller name.
        return "si_\(self.userID(2 * index))_\(self.userID(2 * index + 1))"
    }

    /// The users of chat `index`.
    func members(_ index: Int) -> Range<Int> {
        index * self.chatSize..<(index + 1) * self.chatSize
    }

    private var stem: String {
        let digits = String(self.run, radix: 16)
        return self.prefix + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    private static func padded(_ index: Int) -> String {
        let digits = String(index)
        return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }
}
