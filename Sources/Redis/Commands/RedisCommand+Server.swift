extension RedisCommand where Reply == String {
    /// `PING`: `PONG`.
    public static var ping: Self { Self(name: "PING") }

    /// `INFO`: lines of names and values, with headings; `section` as `memory`, `nil` for the usual ones.
    public static func info(_ section: String? = nil) -> Self {
        Self(name: "INFO", section.map { [.string($0)] } ?? [])
    }

    /// `CLIENT INFO`: what the server knows about the connection.
    public static var clientInfo: Self { Self(name: "CLIENT", ["INFO"]) }

    /// `CLIENT LIST`: a line for each connection.
    public static var clientList: Self { Self(name: "CLIENT", ["LIST"]) }
}

extension RedisCommand {
    /// `ECHO`: the same value.
    public static func echo(_ value: RedisArgument, as type: Reply.Type) -> Self {
        Self(name: "ECHO", [value])
    }

    /// `ECHO`: the same text.
    public static func echo(_ value: RedisArgument) -> Self where Reply == String {
        .echo(value, as: String.self)
    }
}

extension RedisCommand where Reply == RedisTime {
    /// `TIME`: the server's clock.
    public static var time: Self { Self(name: "TIME") }
}

extension RedisCommand where Reply == RedisRole {
    /// `ROLE`: what the server is to others.
    public static var role: Self { Self(name: "ROLE") }
}

extension RedisCommand where Reply == Int {
    /// `DBSIZE`: the number of keys in the selected database of one server.
    public static var dbsize: Self { Self(name: "DBSIZE") }

    /// `COMMAND COUNT`: how many commands the server knows.
    public static var commandCount: Self { Self(name: "COMMAND", ["COUNT"]) }

    /// `CLIENT ID`: the number of the connection, which no later one of this server gets.
    public static var clientID: Self { Self(name: "CLIENT", ["ID"]) }

    /// `PUBLISH`: how many receivers the message had on this server.
    public static func publish(_ channel: String, _ message: RedisArgument) -> Self {
        Self(name: "PUBLISH", [.string(channel), message])
    }

    /// `SPUBLISH`: as `publish`, to a channel that belongs to a slot of a cluster.
    public static func spublish(_ channel: String, _ message: RedisArgument) -> Self {
        Self(name: "SPUBLISH", [.string(channel), message])
    }

    /// `WAIT`: how many replicas have what this connection wrote before; it needs a connection of its own.
    ///
    /// - Parameters:
    ///   - replicas: for how many to wait.
    ///   - timeout: how long, rounded up to milliseconds, at least one, for to the server 0 would mean for ever.
    /// - Returns: the command, whose reply is the number of replicas, perhaps more or fewer than asked for.
    public static func wait(replicas: Int, timeout: Duration) -> Self {
        Self(name: "WAIT", [.init(replicas), .integer(timeout.waitMilliseconds)])
    }
}

extension RedisCommand where Reply == RedisOK {
    /// `FLUSHDB ASYNC`: removes all keys of the selected database; the memory is freed in the background.
    public static var flushdb: Self { Self(name: "FLUSHDB", ["ASYNC"]) }

    /// `CONFIG SET`: changes settings of the server, until it is started again.
    public static func configSet(_ settings: [(String, RedisArgument)]) -> Self {
        Self(name: "CONFIG", ["SET"] + .pairs(settings))
    }

    /// `CLIENT SETNAME`: names the connection, which must be one of its own; no spaces.
    public static func clientSetname(_ name: String) -> Self {
        Self(name: "CLIENT", ["SETNAME", .string(name)])
    }

    /// `WATCH`: lets the next transaction of the connection, which must be one of its own, fail if a key changes before.
    public static func watch(_ keys: [String]) -> Self {
        Self(name: "WATCH", keys: keys)
    }

    /// `UNWATCH`: forgets what `watch` said.
    public static var unwatch: Self { Self(name: "UNWATCH") }
}

extension RedisCommand where Reply == [String: String] {
    /// `CONFIG GET`: settings of the server whose names match a pattern.
    public static func configGet(_ pattern: String) -> Self {
        Self(name: "CONFIG", ["GET", .string(pattern)])
    }
}

extension RedisCommand where Reply == [String: Int] {
    /// `PUBSUB NUMSUB`: for each channel the number of subscribers on this server.
    public static func pubsubNumsub(_ channels: [String]) -> Self {
        Self(name: "PUBSUB", ["NUMSUB"] + channels.map(RedisArgument.string))
    }
}
