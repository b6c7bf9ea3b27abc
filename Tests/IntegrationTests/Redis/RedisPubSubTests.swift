import Redis
import ServerRuntime
import TestKit
import Testing

extension RedisServerSuites {
    /// Subscriptions against a real server.
    @Suite(.serialized) struct RedisPubSubTests {
        private static var patience: Deadline { .after(.seconds(20)) }

        private func withClient(
            _ options: RedisServerProcess.Options = .init(),
            _ body: (RedisServerProcess, RedisClient) async throws -> Void
        ) async throws {
            try await RedisServerProcess.with(options) { server in
                var configuration = server.configuration
                configuration.reconnect = Backoff(initial: .milliseconds(10), maximum: .milliseconds(100))
                try await withRedisClient(configuration) { client in try await body(server, client) }
            }
        }

        /// How many connections the server has subscribed to `channel`.
        private func subscriberCount(_ server: RedisServerProcess, _ channel: String) async throws -> Int {
            guard case .integer(let count)? = try await server.expect("PUBSUB", "NUMSUB", channel).elements.last else {
                return 0
            }
            return count
        }

        private func message(
            _ text: String,
            on channel: String = "news",
            by pattern: String? = nil
        )
            -> RedisSubscriptionEvent
        {
            .message(channel: channel, pattern: pattern, payload: Array(text.utf8))
        }

        /// The next `count` events.
        private func events(_ count: Int, of subscription: RedisSubscription) async throws -> [RedisSubscriptionEvent] {
            var events: [RedisSubscriptionEvent] = []
            while events.count < count, let event = try await subscription.next() { events.append(event) }
            return events
        }

        @Test func `messages of another client arrive in order`() async throws {
            try await self.withClient { server, client in
                let subscription = try await client.subscribe(to: ["news", "more"], deadline: Self.patience)
                try await withRedisClient(server.configuration) { other in
                    for number in 0..<1_000 {
                        try await other.send(.publish(number % 2 == 0 ? "news" : "more", .init(number)))
                    }
                }
                let expected = (0..<1_000).map { self.message("\($0)", on: $0 % 2 == 0 ? "news" : "more") }
                #expect(try await self.events(1_000, of: subscription) == expected)
                #expect(subscription.droppedCount == 0)
            }
        }

        @Test func `any bytes arrive as they were sent`() async throws {
            try await self.withClient { _, client in
                let subscription = try await client.subscribe(to: ["bytes"], deadline: Self.patience)
                for payload in [[], [0], [13, 10], Array(0...255), [UInt8](repeating: 255, count: 1_000_000)] {
                    try await client.send(.publish("bytes", .bytes(payload)))
                    let event = try await subscription.next()
                    #expect(event == .message(channel: "bytes", pattern: nil, payload: payload))
                }
            }
        }

        @Test func `many subscriptions share one channel and one connection`() async throws {
            try await self.withClient { server, client in
                var subscriptions: [RedisSubscription] = []
                for _ in 0..<50 {
                    subscriptions.append(try await client.subscribe(to: ["news"], deadline: Self.patience))
                }
                #expect(try await self.subscriberCount(server, "news") == 1)
                let patterned = try await client.subscribe(to: ["other"], patterns: ["n?ws", "*"])
                try await client.send(.publish("news", "hello"))
                for subscription in subscriptions {
                    #expect(try await subscription.next() == self.message("hello"))
                }
                let twice = try await self.events(2, of: patterned)
                #expect(Set(twice) == [self.message("hello", by: "n?ws"), self.message("hello", by: "*")])

                // The last of them unsubscribes on the server.
                for subscription in subscriptions.dropFirst() { subscription.cancel() }
                try await client.send(.publish("news", "again"))
                #expect(try await subscriptions[0].next() == self.message("again"))
                #expect(try await subscriptions[1].next() == nil)
                subscriptions[0].cancel()
                patterned.cancel()
                let isUnsubscribed = try await eventually {
                    let patternCount = try await server.expect("PUBSUB", "NUMPAT")
                    let others = try await self.subscriberCount(server, "other")
                    return try await self.subscriberCount(server, "news") == 0 && others == 0
                        && patternCount == .integer(0)
                }
                #expect(isUnsubscribed)
            }
        }

        @Test func `a dropped subscription and a cancelled reader unsubscribe or go on as documented`() async throws {
            try await self.withClient { server, client in
                let subscription = try await client.subscribe(to: ["kept"], deadline: Self.patience)
                let reader = Task { try await subscription.next() }
                for _ in 0..<20 { await Task.yield() }
                reader.cancel()
                let result = await reader.result
                #expect(throws: RedisError.self) { try result.get() }
                try await client.send(.publish("kept", "still"))
                #expect(try await subscription.next() == self.message("still", on: "kept"))
                do {
                    let dropped = try await client.subscribe(to: ["dropped"])
                    #expect(dropped.channels == ["dropped"])
                }
                let isUnsubscribed = try await eventually { try await self.subscriberCount(server, "dropped") == 0 }
                #expect(isUnsubscribed)
                #expect(try await self.subscriberCount(server, "kept") == 1)
            }
        }

        @Test func `a server that was killed is subscribed to again after a gap`() async throws {
            try await self.withClient { server, client in
                let subscription = try await client.subscribe(
                    to: ["news"],
                    patterns: ["n*"],
                    deadline: Self.patience
                )
                for round in 0..<3 {
                    server.kill()
                    try server.start()
                    try await server.waitUntilReady()
                    let isBack = try await eventually {
                        let patternCount = try await server.expect("PUBSUB", "NUMPAT")
                        return try await self.subscriberCount(server, "news") == 1 && patternCount == .integer(1)
                    }
                    #expect(isBack)
                    try await server.expect("PUBLISH", "news", "\(round)")
                    var events: [RedisSubscriptionEvent] = []
                    while events.count(where: { $0 != .gap(.reconnected) }) < 2,
                        let event = try await subscription.next()
                    {
                        events.append(event)
                    }
                    #expect(events.first == .gap(.reconnected), "\(events)")
                    let messages = events.drop { $0 == .gap(.reconnected) }
                    #expect(Set(messages) == [self.message("\(round)"), self.message("\(round)", by: "n*")])
                }
            }
        }

        @Test func `a slow reader is told what it missed`() async throws {
            try await self.withClient { _, client in
                let limits = RedisSubscriptionLimits(bufferedMessagesMax: 10)
                let subscription = try await client.subscribe(to: ["news"], limits: limits, deadline: Self.patience)
                for number in 0..<100 { try await client.send(.publish("news", .init(number))) }
                let isFull = try await eventually { subscription.droppedCount == 90 }
                #expect(isFull, "\(subscription.droppedCount)")
                let expected =
                    [.gap(.bufferFull(dropped: 90))] + (90..<100).map { self.message("\($0)") }
                #expect(try await self.events(11, of: subscription) == expected)
                try await client.send(.publish("news", "next"))
                #expect(try await subscription.next() == self.message("next"))
            }
        }

        @Test func `a stalled server is noticed and subscribed to again`() async throws {
            try await self.withClient { server, client in
                try await FaultProxy.with(to: server.port) { proxy in
                    var configuration = client.configuration
                    configuration.port = proxy.port
                    configuration.stallTimeout = .milliseconds(600)
                    try await withRedisClient(configuration) { client in
                        let subscription = try await client.subscribe(to: ["news"], deadline: Self.patience)
                        let count = proxy.counts.accepted
                        let start = ContinuousClock.now
                        proxy.apply(.stall(.replies))
                        let isNoticed = try await eventually { proxy.counts.accepted > count }
                        #expect(isNoticed && start.duration(to: .now) < .seconds(3))
                        proxy.heal()
                        #expect(try await subscription.next() == .gap(.reconnected))
                        try await server.expect("PUBLISH", "news", "after")
                        var event = try await subscription.next()
                        while event == .gap(.reconnected) { event = try await subscription.next() }
                        #expect(event == self.message("after"))
                    }
                }
            }
        }

        @Test func `a channel without permission is refused in the words of the server`() async throws {
            var options = RedisServerProcess.Options()
            options.users = ["alice on >wonderland ~* &public:* +@all"]
            try await self.withClient(options) { server, _ in
                var configuration = server.configuration
                configuration.username = "alice"
                configuration.password = "wonderland"
                try await withRedisClient(configuration) { client in
                    let error = await redisError { () throws(RedisError) in
                        try await client.subscribe(to: ["secret"], deadline: Self.patience)
                    }
                    #expect(error?.serverErrorName == "NOPERM", "\(error?.description ?? "no error")")
                    let subscription = try await client.subscribe(to: ["public:x"], deadline: Self.patience)
                    try await client.send(.publish("public:x", "hello"))
                    #expect(try await subscription.next() == self.message("hello", on: "public:x"))
                }
            }
        }

        @Test func `a closed client ends its subscriptions`() async throws {
            try await RedisServerProcess.with { server in
                let (client, subscription, reader) = try await withRedisClient(server.configuration) { client in
                    let subscription = try await client.subscribe(to: ["news"], deadline: Self.patience)
                    let reader = Task {
                        await redisError { () throws(RedisError) in try await subscription.next() }
                    }
                    for _ in 0..<20 { await Task.yield() }
                    return (client, subscription, reader)
                }
                #expect(await reader.value?.code == .closed)
                #expect(try await subscription.next() == nil)
                let late = await redisError { () throws(RedisError) in
                    try await client.subscribe(to: ["news"], deadline: Self.patience)
                }
                #expect(late?.code == .closed)
            }
        }
    }
}
