import Testing

@testable import Redis

@Suite struct SubscriptionRegistryTests {
    private typealias Registry = SubscriptionRegistry<Int>

    private static let news = SubscriptionTopic.channel("news")

    private static func names(_ commands: [RawCommand]) -> [String] {
        commands.map { command in
            let words = command.arguments.map { argument in
                guard case .bytes(let name) = argument else { return "?" }
                return String(decoding: name, as: UTF8.self)
            }
            return ([command.name] + words.sorted()).joined(separator: " ")
        }
    }

    @Test func `only the first reader subscribes and only the last one unsubscribes`() throws {
        var registry = Registry()
        #expect(registry.connected().isEmpty)
        #expect(Self.names(try registry.join(1, topics: [Self.news]).commands) == ["SUBSCRIBE news"])
        #expect(try registry.join(2, topics: [Self.news]).commands.isEmpty)
        let confirmed = registry.received(.confirmation(Self.news, subscribed: true))
        #expect(confirmed.notices.count == 2, "both are established by one confirmation")
        let third = try registry.join(3, topics: [Self.news])
        #expect(third.commands.isEmpty && third.notices.count == 1, "established without asking the server")
        #expect(registry.leave(1).commands.isEmpty && registry.leave(3).commands.isEmpty)
        #expect(Self.names(registry.leave(2).commands) == ["UNSUBSCRIBE news"])
        #expect(registry.leave(2).commands.isEmpty)
        _ = registry.received(.confirmation(Self.news, subscribed: false))
        #expect(registry.topics.isEmpty)
    }

    @Test func `a reader that comes before the confirmation of the last unsubscription is subscribed after it`() throws
    {
        var registry = Registry()
        _ = registry.connected()
        _ = try registry.join(1, topics: [Self.news])
        _ = registry.received(.confirmation(Self.news, subscribed: true))
        _ = registry.leave(1)
        #expect(try registry.join(2, topics: [Self.news]).commands.isEmpty)
        let gone = registry.received(.confirmation(Self.news, subscribed: false))
        #expect(Self.names(gone.commands) == ["SUBSCRIBE news"])
        #expect(registry.received(.confirmation(Self.news, subscribed: true)).notices.count == 1)
    }

    @Test func `readers that come and go before the confirmation cost no command`() throws {
        var registry = Registry()
        _ = registry.connected()
        _ = try registry.join(1, topics: [Self.news])
        for reader in 2..<100 {
            #expect(registry.leave(reader - 1).commands.isEmpty)
            #expect(try registry.join(reader, topics: [Self.news]).commands.isEmpty)
        }
        #expect(registry.received(.confirmation(Self.news, subscribed: true)).notices.count == 1)
    }

    @Test func `a new connection is asked for everything in few commands`() throws {
        var registry = Registry()
        for reader in 0..<1200 {
            let effects = try registry.join(
                reader,
                topics: [.channel("c\(reader)"), .pattern("p*"), .shardChannel("s")]
            )
            #expect(effects.commands.isEmpty)
        }
        let commands = registry.connected()
        #expect(commands.map(\.name) == ["SUBSCRIBE", "SUBSCRIBE", "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE"])
        #expect(commands.map(\.arguments.count) == [512, 512, 176, 1, 1])
        _ = registry.disconnected(RedisError(.connectionLost, "cut"))
        for reader in 1..<1200 { #expect(registry.leave(reader).commands.isEmpty) }
        #expect(Self.names(registry.connected()) == ["SUBSCRIBE c0", "PSUBSCRIBE p*", "SSUBSCRIBE s"])
    }

    @Test func `the gap comes before the first message after a reconnection and again when all stands`() throws {
        var registry = Registry()
        let other = SubscriptionTopic.channel("other")
        _ = registry.connected()
        _ = try registry.join(1, topics: [Self.news, other])
        for name in registry.inFlight.first?.names ?? [] {
            _ = registry.received(.confirmation(SubscriptionTopic(.channel, name), subscribed: true))
        }
        #expect(registry.disconnected(RedisError(.connectionLost, "cut")).notices.isEmpty)
        _ = registry.connected()
        let order = (registry.inFlight.first?.names ?? []).map { SubscriptionTopic(.channel, $0) }
        try #require(order.count == 2)
        #expect(registry.received(.confirmation(order[0], subscribed: true)).notices.isEmpty)
        let message = SubscriptionPush.message(topic: order[0], channel: order[0].name, payload: [1])
        #expect(Self.events(registry.received(message)).map(\.isGap) == [true, false])
        #expect(Self.events(registry.received(message)).map(\.isGap) == [false])
        #expect(Self.events(registry.received(.confirmation(order[1], subscribed: true))).map(\.isGap) == [true])
        #expect(Self.events(registry.received(message)).map(\.isGap) == [false])
    }

    @Test func `a refused command ends the readers of what is refused and no others`() throws {
        var registry = Registry()
        let secret = SubscriptionTopic.channel("secret")
        _ = try registry.join(1, topics: [Self.news])
        _ = try registry.join(2, topics: [secret, .pattern("x*")])
        _ = registry.connected()
        let split = registry.received(.refusal("NOPERM no"))
        #expect(Self.names(split.commands).sorted() == ["SUBSCRIBE news", "SUBSCRIBE secret"] && split.notices.isEmpty)
        _ = registry.received(.confirmation(.pattern("x*"), subscribed: true))
        var ended: [Int] = []
        for command in Self.names(split.commands) {
            let isSecret = command == "SUBSCRIBE secret"
            let effects = registry.received(
                isSecret ? .refusal("NOPERM no") : .confirmation(Self.news, subscribed: true)
            )
            if isSecret { #expect(Self.names(effects.commands) == ["PUNSUBSCRIBE x*"]) }
            for case .ended(let reader, let error) in effects.notices {
                #expect(error.serverErrorName == "NOPERM" && !error.mayHaveBeenApplied)
                ended.append(reader)
            }
        }
        #expect(ended == [2] && registry.members.keys.sorted() == [1])
    }

    @Test func `a refused handshake ends all readers and refuses new ones until a connection stands`() throws {
        var registry = Registry()
        _ = try registry.join(1, topics: [Self.news])
        let refused = registry.disconnected(RedisError(.handshakeRefused, "AUTH refused: WRONGPASS"))
        #expect(refused.notices.count == 1 && registry.topics.isEmpty)
        #expect(throws: RedisError.self) { try registry.join(2, topics: [Self.news]) }
        #expect(registry.connected().isEmpty)
        #expect(Self.names(try registry.join(3, topics: [Self.news]).commands) == ["SUBSCRIBE news"])
    }

    @Test func `limits are kept, also of nothing`() throws {
        var registry = Registry(limits: .init(readersMax: 2, topicsMax: 3))
        #expect(Self.code { try registry.join(1, topics: []) } == .invalidArgument)
        _ = try registry.join(1, topics: [.channel("a"), .channel("b")])
        #expect(Self.code { try registry.join(2, topics: [.channel("c"), .channel("d")]) } == .queueFull)
        _ = try registry.join(2, topics: [.channel("b"), .channel("c")])
        #expect(Self.code { try registry.join(3, topics: [.channel("a")]) } == .queueFull)
        _ = registry.leave(2)
        _ = try registry.join(3, topics: [.channel("a")])
        #expect(registry.close().notices.count == 2)
        #expect(Self.code { try registry.join(4, topics: [.channel("a")]) } == .closed)
        #expect(registry.connected().isEmpty && registry.leave(1).commands.isEmpty)
    }

    @Test func `names that Swift finds equal are different channels`() throws {
        var registry = Registry()
        _ = try registry.join(1, topics: [.channel("\u{E9}"), .channel("e\u{301}")])
        #expect(registry.connected().first?.arguments.count == 2)
    }

    @Test(arguments: [
        RedisValue.null, .integer(1), .status("PONG"), .array([]), .array([.null]),
        .array([.string(Array("message".utf8))]),
        .array([.string(Array("message".utf8)), .null, .null]), .array([.string(Array("pong".utf8)), .string([])]),
        .array([.string(Array("unsubscribe".utf8)), .null, .integer(0)]), .string([1, 2, 3]),
        .array([.string(Array("pmessage".utf8)), .string([]), .string([])]),
    ]) func `what is no push is passed over`(value: RedisValue) {
        #expect(SubscriptionPush(value) == .other)
    }

    private static func code(_ body: () throws -> Registry.Effects) -> RedisError.Code? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? RedisError)?.code
        }
    }

    private static func events(_ effects: Registry.Effects) -> [RedisSubscriptionEvent] {
        effects.notices.compactMap { notice in
            guard case .event(let event, _) = notice else { return nil }
            return event
        }
    }
}

extension RedisSubscriptionEvent {
    var isGap: Bool {
        guard case .gap = self else { return false }
        return true
    }
}
