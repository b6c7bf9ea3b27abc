extension RedisCommand {
    /// `XREAD`: the entries that come after known ones, of those streams that have any.
    ///
    /// - Parameters:
    ///   - streams: the keys, each with the identifier of the last known entry; `0` for none, `$` for all there are now.
    ///   - count: how many entries of each stream at most; `nil` for all.
    ///   - block: how long to wait where there are none, which needs a connection of its own: rounded up to milliseconds,
    ///     at least one, for to the server 0 would mean for ever. `nil` does not wait.
    ///   - type: what values decode into.
    /// - Returns: the command, whose reply is the streams with their new entries, none when `block` passes.
    public static func xread<Value>(
        _ streams: [(key: String, after: String)],
        count: Int? = nil,
        block: Duration? = nil,
        as type: Value.Type = Value.self
    ) -> Self where Reply == [RedisStreamEntries<Value>] {
        Self(name: "XREAD", .count(count) + .block(block) + .streams(streams))
    }

    /// `XREAD`: the entries that come after known ones as text, of those streams that have any.
    public static func xread(
        _ streams: [(key: String, after: String)],
        count: Int? = nil,
        block: Duration? = nil
    ) -> Self where Reply == [RedisStreamEntries<String>] {
        .xread(streams, count: count, block: block, as: String.self)
    }

    /// `XREADGROUP`: entries for one consumer of a group, of those streams that have any.
    ///
    /// - Parameters:
    ///   - streams: the keys, each with `>` for entries that no consumer has had yet, or with an identifier for this
    ///     consumer's unfinished ones after it.
    ///   - group: the group.
    ///   - consumer: the consumer, made when it is new.
    ///   - count: how many entries of each stream at most; `nil` for all.
    ///   - block: how long to wait where there are none; see `xread`.
    ///   - acknowledging: whether entries count as finished by being read.
    ///   - type: what values decode into.
    /// - Returns: the command, whose reply is the streams with their entries, none when `block` passes.
    public static func xreadgroup<Value>(
        _ streams: [(key: String, after: String)],
        group: String,
        consumer: String,
        count: Int? = nil,
        block: Duration? = nil,
        acknowledging: Bool = false,
        as type: Value.Type = Value.self
    ) -> Self where Reply == [RedisStreamEntries<Value>] {
        let head: [RedisArgument] = ["GROUP", .string(group), .string(consumer)]
        let options: [RedisArgument] = .count(count) + .block(block) + (acknowledging ? ["NOACK"] : [])
        return Self(name: "XREADGROUP", head + options + .streams(streams))
    }

    /// `XREADGROUP`: entries as text for one consumer of a group, of those streams that have any.
    public static func xreadgroup(
        _ streams: [(key: String, after: String)],
        group: String,
        consumer: String,
        count: Int? = nil,
        block: Duration? = nil,
        acknowledging: Bool = false
    ) -> Self where Reply == [RedisStreamEntries<String>] {
        .xreadgroup(
            streams,
            group: group,
            consumer: consumer,
            count: count,
            block: block,
            acknowledging: acknowledging,
            as: String.self
        )
    }
}

extension [RedisArgument] {
    fileprivate static func block(_ time: Duration?) -> [RedisArgument] {
        time.map { ["BLOCK", .integer($0.waitMilliseconds)] } ?? []
    }

    fileprivate static func streams(_ streams: [(key: String, after: String)]) -> [RedisArgument] {
        ["STREAMS"] + streams.map { .string($0.key) } + streams.map { .string($0.after) }
    }
}
