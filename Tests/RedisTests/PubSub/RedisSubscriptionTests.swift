import ServerRuntime
import Synchronization
import Testing

@testable import Redis

/// Subscriptions of many tasks on one connection.
@Suite(.timeLimit(.minutes(1))) struct RedisSubscriptionTests {
    /// A hub, and the link that it made.
    private final class Fixture: Sendable {
        private let made = Mutex<[SubscriberLinkDouble]>([])
        private let storage = Mutex<SubscriptionHub?>(nil)

        init(connects: Bool = true, forbidden: Set<SubscriptionTopic> = []) {
            let hub = SubscriptionHub { [weak self] handler in
                let link = SubscriberLinkDouble(handler, forbidden: forbidden)
                self?.made.withLock { $0.append(link) }
                if connects { link.connect() }
                return link
            }
            self.storage.withLock { $0 = hub }
        }

        var links: [SubscriberLinkDouble] { self.made.withLock { $0 } }
        var hub: SubscriptionHub { self.storage.withLock { $0 } ?? SubscriptionHub { SubscriberLinkDouble($0) } }

        func link() throws -> SubscriberLinkDouble { try #require(self.links.first) }

        func subscribe(
            to channels: [String],
            patterns: [String] = [],
            limits: RedisSubscriptionLimits = .init(),
            deadline: Deadline = .after(.seconds(30))
        ) async throws(RedisError) -> RedisSubscription {
            try await self.hub.subscribe(
                channels: channels,
                patterns: patterns,
                limits: limits,
                deadline: deadline
            )
        }
    }

    private static func error<Value>(_ body: () async throws(RedisError) -> Value) async -> RedisError? {
        do throws(RedisError) {
            _ = try await body()
            return nil
        } catch {
            return error
        }
    }

    private static func text(_ event: RedisSubscriptionEvent?) -> String {
        switch event {
        case nil: "end"
        case .gap(.reconnected): "reconnected"
        case .gap(.bufferFull(let dropped)): "dropped \(dropped)"
        case .message(let channel, let pattern, let payload):
            "\(channel) \(pattern.map { $0 + " " } ?? "")\(String(decoding: payload, as: UTF8.self))"
        }
    }

    @Test func `messages of channels and patterns come in the order of the server`() async throws {
        let fixture = Fixture()
        #expect(fixture.links.isEmpty, "the connection is made for the first subscription")
        let subscription = try await fixture.subscribe(to: ["a1", "a1", "b"], patterns: ["a*"])
        let link = try fixture.link()
        #expect(link.subscribed == [.channel("a1"), .channel("b"), .pattern("a*")])
        for number in 1...2 {
            link.publish("\(number)", on: "a1")
            link.publish("\(number)", on: "a2")
            link.publish("\(number)", on: "elsewhere")
        }
        for expected in ["a1 1", "a1 a* 1", "a2 a* 1", "a1 2", "a1 a* 2", "a2 a* 2"] {
            #expect(Self.text(try await subscription.next()) == expected)
        }
        subscription.cancel()
        #expect(try await subscription.next() == nil && link.subscribed.isEmpty)
        _ = try await fixture.subscribe(to: ["b"])
        #expect(fixture.links.count == 1)
    }

    @Test func `leaving the loop unsubscribes, and so does dropping the subscription`() async throws {
        let fixture = Fixture()
        let subscription = try await fixture.subscribe(to: ["loop"])
        var dropped: RedisSubscription? = try await fixture.subscribe(to: ["dropped"])
        let link = try fixture.link()
        link.publish("1", on: "loop")
        for try await event in subscription {
            #expect(Self.text(event) == "loop 1")
            break
        }
        #expect(link.subscribed == [.channel("dropped")])
        #expect(try await subscription.next() == nil)
        #expect(dropped?.channels == ["dropped"])
        dropped = nil
        #expect(link.subscribed.isEmpty)
    }

    @Test func `a cut connection shows as a gap and the messages go on`() async throws {
        let fixture = Fixture()
        let subscription = try await fixture.subscribe(to: ["a"])
        let link = try fixture.link()
        link.publish("1", on: "a")
        link.cut()
        link.publish("lost", on: "a")
        link.connect()
        link.publish("2", on: "a")
        for expected in ["a 1", "reconnected", "a 2"] {
            #expect(Self.text(try await subscription.next()) == expected)
        }
    }

    @Test func `a slow reader loses its own oldest messages and nobody else's`() async throws {
        let fixture = Fixture()
        let slow = try await fixture.subscribe(to: ["a"], limits: .init(bufferedMessagesMax: 10))
        let other = try await fixture.subscribe(to: ["a"])
        let link = try fixture.link()
        for number in 1...1000 { link.publish("\(number)", on: "a") }
        #expect(slow.droppedCount == 990 && other.droppedCount == 0)
        #expect(Self.text(try await slow.next()) == "dropped 990")
        for number in 991...1000 { #expect(Self.text(try await slow.next()) == "a \(number)") }
        for number in 1...1000 { #expect(Self.text(try await other.next()) == "a \(number)") }
    }

    @Test func `a cancelled wait loses no event and the subscription goes on`() async throws {
        let fixture = Fixture()
        let subscription = try await fixture.subscribe(to: ["a"])
        for number in 0..<200 {
            let wait = Task { () async throws(RedisError) in try await subscription.next() }
            if number.isMultiple(of: 2) { await Task.yield() }
            wait.cancel()
            if number.isMultiple(of: 3) { try fixture.link().publish("\(number)", on: "a") }
            var text = ""
            do {
                text = Self.text(try await wait.value)
            } catch {
                #expect((error as? RedisError)?.code == .cancelled)
                guard number.isMultiple(of: 3) else { continue }
                text = Self.text(try await subscription.next())
            }
            #expect(text == "a \(number)")
        }
    }

    @Test func `a second waiting reader is refused`() async throws {
        let fixture = Fixture()
        let subscription = try await fixture.subscribe(to: ["a"])
        let outcomes = await withTaskGroup(of: String.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    do throws(RedisError) {
                        return Self.text(try await subscription.next())
                    } catch {
                        return "\(error.code)"
                    }
                }
            }
            let first = await group.next() ?? ""
            try? fixture.link().publish("1", on: "a")
            return [first, await group.next() ?? ""]
        }
        #expect(outcomes == ["invalidArgument", "a 1"])
    }

    @Test func `a closed client ends subscriptions with an error after what had come`() async throws {
        let fixture = Fixture()
        let subscription = try await fixture.subscribe(to: ["a"])
        let link = try fixture.link()
        link.publish("1", on: "a")
        fixture.hub.close()
        #expect(link.isClosed)
        #expect(Self.text(try await subscription.next()) == "a 1")
        #expect(await Self.error { () async throws(RedisError) in try await subscription.next() }?.code == .closed)
        #expect(try await subscription.next() == nil)
        #expect(
            await Self.error { () async throws(RedisError) in try await fixture.subscribe(to: ["a"]) }?.code == .closed
        )
    }

    @Test func `what the server refuses reaches the caller and leaves nothing behind`() async throws {
        let fixture = Fixture(forbidden: [.channel("secret")])
        let error = await Self.error { () async throws(RedisError) in try await fixture.subscribe(to: ["a", "secret"]) }
        #expect(error?.serverErrorName == "NOPERM" && error?.description.contains("secret") == false)
        #expect(try fixture.link().subscribed.isEmpty)
        let none = await Self.error { () async throws(RedisError) in try await fixture.subscribe(to: []) }
        #expect(none?.code == .invalidArgument)
    }

    @Test func `without a connection subscribing ends at the deadline and names the reason`() async throws {
        let fixture = Fixture(connects: false)
        let waiting = Task {
            await Self.error { () async throws(RedisError) in
                try await fixture.subscribe(to: ["a"], deadline: .after(.milliseconds(300)))
            }
        }
        while fixture.links.isEmpty { await Task.yield() }
        try fixture.link().cut(RedisError(.connectionLost, "refused by 127.0.0.1:1"))
        let error = await waiting.value
        #expect(error?.code == .deadlineExceeded && error?.mayHaveBeenApplied == false)
        #expect(error?.description.contains("refused by 127.0.0.1:1") == true)
        try fixture.link().connect()
        #expect(try fixture.link().commandCount == 0, "nothing is left of it")
        let passed = await Self.error { () async throws(RedisError) in
            try await fixture.subscribe(to: ["a"], deadline: .after(.zero))
        }
        #expect(passed?.code == .deadlineExceeded)
    }

    @Test func `a refused handshake reaches waiting callers and readers`() async throws {
        let fixture = Fixture()
        let subscription = try await fixture.subscribe(to: ["a"])
        let refusal = RedisError(.handshakeRefused, "AUTH refused: WRONGPASS")
        try fixture.link().cut(refusal)
        let read = await Self.error { () async throws(RedisError) in try await subscription.next() }
        #expect(read?.code == .handshakeRefused)
        let new = await Self.error { () async throws(RedisError) in try await fixture.subscribe(to: ["a"]) }
        #expect(new?.code == .handshakeRefused)
        try fixture.link().connect()
        _ = try await fixture.subscribe(to: ["a"])
    }

    @Test func `cancelled callers leave nothing behind`() async throws {
        let fixture = Fixture(connects: false)
        let callers = (0..<100).map { number in
            Task { await Self.error { () async throws(RedisError) in try await fixture.subscribe(to: ["\(number)"]) } }
        }
        for caller in callers { caller.cancel() }
        for caller in callers { #expect(await caller.value?.code == .cancelled) }
        try fixture.link().connect()
        #expect(try fixture.link().commandCount == 0)
    }

    @Test func `thousands of subscriptions come, read, are reconnected and go from many tasks`() async throws {
        let fixture = Fixture()
        let count = 4000
        let standing = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                group.addTask {
                    let subscription = try await fixture.subscribe(to: ["own\(number)", "all\(number % 10)"])
                    standing.add()
                    var texts: [String] = []
                    for try await event in subscription {
                        texts.append(Self.text(event))
                        if texts.last == "own\(number) bye" { break }
                    }
                    #expect(texts.count { $0 == "all\(number % 10) x" } == 1)
                    #expect(texts.count { $0 == "reconnected" } >= 1)
                }
            }
            group.addTask {
                while fixture.links.isEmpty { await Task.yield() }
                let link = try fixture.link()
                while standing.count < count { try await Task.sleep(for: .milliseconds(1)) }
                link.cut()
                link.connect()
                for number in 0..<10 { link.publish("x", on: "all\(number)") }
                for number in 0..<count { link.publish("bye", on: "own\(number)") }
            }
            try await group.waitForAll()
        }
        #expect(try fixture.link().subscribed.isEmpty)
    }

    @Test func `subscribing and leaving from many tasks ends with what is held`() async throws {
        let fixture = Fixture()
        let kept = try await fixture.subscribe(to: ["k"])
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for round in 0..<200 {
                        let subscription = try? await fixture.subscribe(to: ["c\((task + round) % 3)", "k"])
                        #expect(subscription != nil)
                        subscription?.cancel()
                    }
                }
            }
        }
        #expect(try fixture.link().subscribed == [.channel("k")])
        try fixture.link().publish("1", on: "k")
        #expect(Self.text(try await kept.next()) == "k 1")
    }

    @Test func `a hub and its readers are freed`() async throws {
        weak var hub: SubscriptionHub?
        do {
            let fixture = Fixture()
            hub = fixture.hub
            let subscription = try await fixture.subscribe(to: ["a"])
            #expect(hub != nil)
            subscription.cancel()
        }
        #expect(hub == nil)
    }
}

/// Counts what many tasks have done.
private final class Tally: Sendable {
    private let number = Mutex(0)

    var count: Int { self.number.withLock { $0 } }

    func add() {
        self.number.withLock { $0 += 1 }
    }
}
