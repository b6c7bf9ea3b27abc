/// A command with its arguments, ready to be sent any number of times, whose reply decodes into `Reply`.
///
/// The factories are named for the server's commands, whose documentation says what they do: `.get("key")`,
/// `.incr("counter")`, `.zrange("board", from: 0, to: 9)`. Those that return values of the user come in two forms:
/// `.get("key")` reads text, `.get("key", as: [UInt8].self)` anything that is a `RedisReply`.
///
///     let name = try await redis.send(.get("name"))                       // String?
///     let photo = try await redis.send(.get("photo", as: [UInt8].self))   // [UInt8]?
///     let visits = try await redis.send(.incr("visits"))                  // Int
///
/// What has no factory is spelled out: `RedisCommand("OBJECT", ["FREQ", "key"], as: Int.self)`, or without `as:` for the
/// reply as it comes.
///
/// A command that changes the connection for everybody (`SELECT`, `MONITOR`, …) is refused when sent, and one that
/// blocks or belongs to a transaction (`BLPOP`, `WATCH`, …) needs a connection of its own.
public struct RedisCommand<Reply: RedisReply>: Sendable, Hashable {
    /// The name, as `GET`.
    public let name: String
    /// The arguments after the name.
    public let arguments: [RedisArgument]
    /// A key whose node of a cluster gets the command, instead of those that the arguments tell.
    @usableFromInline
    var routingKey: RedisArgument?

    /// The command `name` with `arguments`.
    ///
    /// - Parameters:
    ///   - name: the name in any case, never empty.
    ///   - arguments: all words after the name.
    ///   - type: what the reply decodes into.
    public init(_ name: String, _ arguments: [RedisArgument] = [], as type: Reply.Type) {
        self.name = name
        self.arguments = arguments
    }

    /// The command `name` with `arguments`, for the factories, whose type is known.
    @inlinable
    init(name: String, _ arguments: [RedisArgument] = []) {
        self.name = name
        self.arguments = arguments
    }

    /// The command `name` with `keys` and then `arguments`.
    init(name: String, keys: [String], _ arguments: [RedisArgument] = []) {
        self.name = name
        self.arguments = keys.map(RedisArgument.string) + arguments
    }

    /// The same command with its reply as it comes.
    @inlinable
    public var raw: RedisCommand<RedisValue> {
        var command = RedisCommand<RedisValue>(name: self.name, self.arguments)
        command.routingKey = self.routingKey
        return command
    }
}

extension RedisCommand where Reply == RedisValue {
    /// The command `name` with `arguments`, with its reply as it comes.
    public init(_ name: String, _ arguments: [RedisArgument] = []) {
        self.init(name: name, arguments)
    }
}

/// A command without its reply type, as connections carry it.
@usableFromInline
typealias RawCommand = RedisCommand<RedisValue>
