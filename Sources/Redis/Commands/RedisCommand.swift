/// A command with its arguments, ready to be sent any number of times.
///
/// All tasks share one connection, so commands that change its state for everybody are refused when sent: `AUTH`,
/// `SELECT`, `HELLO`, `RESET`, `QUIT`, `MONITOR`, `WATCH`, `SYNC`, `PSYNC`, `SUBSCRIBE` and its kin, `CLIENT REPLY`.
/// `MULTI` to `EXEC` work inside one pipeline. A command that blocks (`BLPOP`) holds up everybody.
public struct RedisCommand: Sendable, Hashable {
    /// The name, as `GET`.
    public let name: String
    /// The arguments after the name.
    public let arguments: [RedisArgument]

    /// The command `name` with `arguments`.
    public init(_ name: String, _ arguments: [RedisArgument] = []) {
        self.name = name
        self.arguments = arguments
    }

    /// The command `name` with `keys` and then `arguments`.
    init(_ name: String, keys: [String], _ arguments: [RedisArgument] = []) {
        self.name = name
        self.arguments = keys.map(RedisArgument.string) + arguments
    }
}
