extension RedisCommand {
    private static let refusedNames = [
        "AUTH", "QUIT", "SYNC", "HELLO", "RESET", "WATCH", "PSYNC", "SELECT", "MONITOR", "SUBSCRIBE", "PSUBSCRIBE",
        "SSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE",
    ]

    /// Throws when the command would disturb the other users of a shared connection.
    func checkForSharedConnection() throws(RedisError) {
        guard !self.name.isEmpty else { throw RedisError(.invalidArgument, "a command needs a name") }
        // The length decides nearly always, so that the ordinary command pays for no comparison of texts.
        let length = self.name.utf8.count
        for refused in Self.refusedNames where refused.utf8.count == length && self.name.uppercased() == refused {
            throw RedisError(.invalidArgument, "\(refused) is not allowed on a shared connection")
        }
        if length == 6, self.name.uppercased() == "CLIENT", case .string(let word)? = self.arguments.first,
            word.uppercased() == "REPLY"
        {
            throw RedisError(.invalidArgument, "CLIENT REPLY is not allowed on a shared connection")
        }
    }
}
