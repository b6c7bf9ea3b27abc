extension RedisCommand {
    /// The kind of connection that the command needs when it is sent alone.
    var connectionNeeds: ConnectionNeeds {
        SpecialCommands.needs(self.name, self.arguments)
    }

    /// How long the server may keep the reply back; `nil` unless the command blocks.
    ///
    /// `RedisCommand.unlimitedBlocking` for the timeout 0, which is none.
    var blockingTimeout: Duration? {
        guard case .dedicated = self.connectionNeeds else { return nil }
        let seconds: Double? =
            switch self.name.uppercased() {
            case "BLPOP", "BRPOP", "BLMOVE", "BRPOPLPUSH", "BZPOPMIN", "BZPOPMAX":
                CommandOptions.number(self.arguments.last)
            case "BLMPOP", "BZMPOP":
                CommandOptions.number(self.arguments.first)
            case "WAIT", "WAITAOF":
                CommandOptions.number(self.arguments.last).map { $0 / 1000 }
            case "XREAD", "XREADGROUP":
                CommandOptions.blockMilliseconds(self.arguments).map { $0 / 1000 }
            default:
                nil
            }
        guard let seconds, seconds >= 0 else { return nil }
        let unlimited = RawCommand.unlimitedBlocking
        // The bound comes first: beyond it a conversion would trap.
        return seconds == 0 ? unlimited : min(.milliseconds(Int64((min(seconds, 1e12) * 1000).rounded(.up))), unlimited)
    }
}

extension RedisCommand where Reply == RedisValue {
    /// Stands for waiting without a limit: a hundred years.
    static let unlimitedBlocking = Duration.seconds(100 * 365 * 86_400)
}

extension Collection {
    /// The kind of connection that these commands need when they are sent as one pipeline.
    ///
    /// A transaction that the pipeline begins and ends itself needs no connection of its own, for nothing of others comes
    /// between.
    func pipelineNeeds<Reply: RedisReply>() -> ConnectionNeeds where Element == RedisCommand<Reply> {
        var pipelineNeeds = ConnectionNeeds.shared
        var isInTransaction = false
        for command in self {
            let needs = command.connectionNeeds
            switch needs {
            case .shared:
                continue
            case .refused:
                return needs
            case .dedicated:
                switch (command.name.uppercased(), isInTransaction) {
                case ("MULTI", false): isInTransaction = true
                case ("EXEC", true), ("DISCARD", true): isInTransaction = false
                default: pipelineNeeds = needs
                }
            }
        }
        guard !isInTransaction else { return .dedicated(reason: "its transaction is not ended") }
        return pipelineNeeds
    }
}
