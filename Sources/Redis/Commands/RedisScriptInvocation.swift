/// One call of a script: its `KEYS` and its `ARGV`.
public struct RedisScriptInvocation: Sendable, Hashable {
    /// The keys, all in one slot of a cluster.
    public var keys: [String]
    /// The other arguments.
    public var arguments: [RedisArgument]

    /// A call with `keys` and `arguments`.
    public init(keys: [String], arguments: [RedisArgument] = []) {
        self.keys = keys
        self.arguments = arguments
    }
}
