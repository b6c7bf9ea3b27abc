/// Commands that one node carries out together: one command, or all from `MULTI` to `EXEC`.
struct CommandUnit: Sendable {
    /// Whose node it is.
    enum Target: Sendable, Hashable {
        case slot(HashSlot)
        case anyMaster
        /// This one and no other, as part of a command to each master.
        case node(RedisEndpoint)
    }

    let target: Target
    let commands: [RawCommand]

    /// The slot, if it is that which decides.
    var slot: HashSlot? {
        guard case .slot(let slot) = self.target else { return nil }
        return slot
    }

    /// The keys of its commands.
    var keys: Set<RedisArgument> {
        Set(self.commands.flatMap { CommandRoute.keys(of: $0).map(\.normalized) })
    }

    /// What the replies say about where else it should have gone.
    ///
    /// - Parameters:
    ///   - replies: a reply for each command.
    ///   - node: who answered.
    /// - Returns: `nil` when they are its answer.
    func redirection(in replies: [RedisValue], from node: RedisEndpoint) -> Redirection? {
        guard case .error(let last)? = replies.last else { return nil }
        // Without its `MULTI`, which a server may refuse while it loads, a command is carried out by itself.
        let queued = RedisValue.status("QUEUED")
        let isUntouched = replies.dropFirst().dropLast().allSatisfy {
            if case .error = $0 { true } else { $0 == queued }
        }
        guard isUntouched else { return nil }
        if let redirection = Redirection(last, from: node) { return redirection }
        // `EXEC` that was discarded because of an earlier command has had no effect at all.
        guard replies.count > 1, RedisServerErrorText.name(of: last) == "EXECABORT" else { return nil }
        for reply in replies {
            if case .error(let text) = reply, let redirection = Redirection(text, from: node) { return redirection }
        }
        return nil
    }
}

extension RedisArgument {
    /// The bytes that are sent, so that one key written in two ways is one key.
    fileprivate var normalized: RedisArgument {
        switch self {
        case .bytes: self
        case .string(let text): .bytes(Array(text.utf8))
        case .integer(let number): .bytes(Array(String(number).utf8))
        }
    }
}
