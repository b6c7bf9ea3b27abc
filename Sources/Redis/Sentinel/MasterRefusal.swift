/// Replies by which a server says that it is not the master, or not yet, and has done nothing.
enum MasterRefusal {
    /// What to do about replies.
    enum Verdict: Sendable, Equatable {
        /// They are what the caller gets.
        case final
        /// Nothing was carried out: the same commands may be sent again, later or elsewhere.
        case repeatable
    }

    /// `UNBLOCKED` ends a blocking command whose server became a replica.
    private static let names: Set<Substring> = ["READONLY", "MASTERDOWN", "LOADING", "UNBLOCKED"]

    /// Whether the reply says that the server is not the master that it should be.
    static func isRefusal(_ reply: RedisValue) -> Bool {
        guard case .error(let text) = reply else { return false }
        return self.names.contains(RedisServerErrorText.name(of: text)) && !text.contains("script: ")
    }

    /// Whether `replies` prove that none of `commands` was carried out, so that the whole pipeline may be repeated.
    ///
    /// A pipeline of which a part was carried out is final: to repeat the rest alone would change the order.
    static func verdict(on replies: [RedisValue], to commands: [RawCommand]) -> Verdict {
        guard replies.contains(where: self.isRefusal), replies.count == commands.count else { return .final }
        for (reply, command) in zip(replies, commands) where !self.provesNothingDone(reply, command) { return .final }
        return .repeatable
    }

    private static func provesNothingDone(_ reply: RedisValue, _ command: RawCommand) -> Bool {
        switch reply {
        case .status("QUEUED"): true
        case .status: command.name.uppercased() == "MULTI"
        case .error(let text): self.isRefusal(reply) || RedisServerErrorText.name(of: text) == "EXECABORT"
        case .null, .integer, .string, .array: false
        }
    }
}
