extension RedisCommand {
    /// The same command, sent to the node of a cluster that serves `key`, whatever the command is.
    ///
    /// For commands of modules and of servers newer than this client, whose keys it does not know, and for scripts
    /// without keys that should run where a certain key is. Without a cluster it changes nothing.
    ///
    /// - Parameter key: a key of the command; it is not sent.
    /// - Returns: the command with its node decided.
    public func routed(by key: RedisArgument) -> RedisCommand {
        var command = self
        command.routingKey = key
        return command
    }

    /// The same command with other arguments.
    func replacingArguments(_ arguments: [RedisArgument]) -> RawCommand {
        var command = RawCommand(self.name, arguments)
        command.routingKey = self.routingKey
        return command
    }
}
