import TestKit
import Testing

@testable import Redis

/// Readers, a registry and a server, under any order of events.
@Suite struct SubscriptionRegistryProperties {
    /// What a reader has seen, and what it should have seen.
    private struct Log {
        var topics: Set<SubscriptionTopic>
        var isEstablished = false
        var error: RedisError?
        /// The published numbers by topic, and `nil` for a gap.
        var seen: [(topic: SubscriptionTopic, number: Int?)] = []
        /// What was published, by topic, while the reader was established.
        var published: [SubscriptionTopic: [Int]] = [:]
    }

    private struct World {
        var registry = SubscriptionRegistry<Int>()
        var server = SubscriberServer()
        var isConnected = false
        var readers: [Int: Log] = [:]
        var readerLast = 0
        var numberLast = 0
        var allowsDrops = false

        mutating func apply(_ effects: SubscriptionRegistry<Int>.Effects) {
            self.server.send(effects.commands)
            for notice in effects.notices {
                switch notice {
                case .established(let reader):
                    #expect(self.readers[reader]?.isEstablished == false)
                    self.readers[reader]?.isEstablished = true
                case .event(let event, let readers):
                    for reader in readers { self.note(event, reader) }
                case .ended(let reader, let error):
                    self.readers[reader]?.error = error
                }
            }
        }

        private mutating func note(_ event: RedisSubscriptionEvent, _ reader: Int) {
            #expect(self.readers[reader]?.isEstablished == true && self.readers[reader]?.error == nil)
            switch event {
            case .message(let channel, let pattern, let payload):
                let topic = pattern.map(SubscriptionTopic.pattern) ?? .channel(channel)
                #expect(self.readers[reader]?.topics.contains(topic) == true)
                self.readers[reader]?.seen.append((topic, Int(String(decoding: payload, as: UTF8.self))))
            case .gap:
                for topic in self.readers[reader]?.topics ?? [] { self.readers[reader]?.seen.append((topic, nil)) }
            }
        }

        mutating func publish(on channel: String) {
            self.numberLast += 1
            self.server.publish("\(self.numberLast)", on: channel)
            for (reader, log) in self.readers where log.isEstablished && log.error == nil {
                for topic in log.topics where topic == .channel(channel) || topic == .pattern("\(channel.prefix(1))*") {
                    self.readers[reader]?.published[topic, default: []].append(self.numberLast)
                }
            }
        }

        mutating func connect() {
            guard !self.isConnected else { return }
            self.isConnected = true
            self.server.send(self.registry.connected())
        }

        mutating func cut() {
            guard self.isConnected else { return }
            self.isConnected = false
            self.server.cut()
            self.apply(self.registry.disconnected(RedisError(.connectionLost, "cut")))
        }

        mutating func receiveOne() {
            guard let push = self.server.takePush() else { return }
            self.apply(self.registry.received(SubscriptionPush(push)))
        }

        /// Lets everything arrive.
        mutating func settle() {
            self.connect()
            while !self.server.requests.isEmpty || !self.server.pushes.isEmpty {
                self.server.processAll()
                while !self.server.pushes.isEmpty { self.receiveOne() }
            }
        }
    }

    private static let channels = ["a1", "a2", "a3", "b1", "b2", "c1"]
    private static let topics =
        Self.channels.map(SubscriptionTopic.channel) + ["a*", "b*"].map(SubscriptionTopic.pattern)

    @Test(arguments: Seed.corpus + [.fresh()])
    func `readers miss nothing without being told, and the server sends what they want`(seed: Seed) throws {
        var random = seed.generator()
        for round in 0..<60 {
            var world = World()
            world.allowsDrops = round.isMultiple(of: 3)
            if round.isMultiple(of: 4) { world.server.forbidden = [.channel("c1"), .pattern("b*")] }
            for _ in 0..<400 { try Self.step(&world, &random) }
            world.settle()
            for channel in Self.channels { world.publish(on: channel) }
            world.settle()
            Self.check(world, "\(seed), round \(round)")
        }
    }

    private static func step(_ world: inout World, _ random: inout SeededGenerator) throws {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<12:
            let topics = Set(Self.topics.shuffled(using: &random).prefix(Int.random(in: 1...4, using: &random)))
            world.readerLast += 1
            world.readers[world.readerLast] = Log(topics: topics)
            world.apply(try world.registry.join(world.readerLast, topics: topics))
        case 12..<22:
            // Any reader, also one that has left or failed before.
            let reader = Int.random(in: 0...world.readerLast, using: &random)
            world.apply(world.registry.leave(reader))
            world.readers[reader] = nil
        case 22..<50: world.publish(on: Self.channels.randomElement(using: &random) ?? "a1")
        case 50..<70: world.server.processOne()
        case 70..<93: world.receiveOne()
        case 93..<95: world.cut()
        case 95..<99: world.connect()
        default:
            if world.allowsDrops { world.server.drop(Self.topics.randomElement(using: &random) ?? .channel("a1")) }
        }
    }

    private static func check(_ world: World, _ comment: String) {
        let live = world.readers.filter { $0.value.error == nil }
        let wanted = live.values.reduce(into: Set<SubscriptionTopic>()) { $0.formUnion($1.topics) }
        #expect(world.server.subscribed == wanted, "\(comment)")
        #expect(Set(world.registry.topics.keys) == wanted, "\(comment)")
        #expect(world.registry.inFlight.isEmpty && world.registry.members.count == live.count, "\(comment)")
        #expect(world.registry.gapCount == 0 && world.registry.joiningCount == 0, "\(comment)")
        if !world.allowsDrops { #expect(world.server.redundantCount == 0, "\(comment)") }
        for (reader, log) in world.readers {
            let isForbidden = !log.topics.isDisjoint(with: world.server.forbidden)
            #expect((log.error?.serverErrorName == "NOPERM") == isForbidden, "\(comment), reader \(reader)")
            guard log.error == nil else { continue }
            #expect(log.isEstablished, "\(comment), reader \(reader)")
            for topic in log.topics { Self.check(log, topic, "\(comment), reader \(reader), \(topic)") }
        }
    }

    /// Numbers rise, and wherever one is missing there is a gap between its neighbours.
    private static func check(_ log: Log, _ topic: SubscriptionTopic, _ comment: String) {
        var pending = log.published[topic, default: []][...]
        var hasGap = false
        for number in log.seen.filter({ $0.topic == topic }).map(\.number) {
            guard let number else {
                hasGap = true
                continue
            }
            // Messages from before the model knew of the establishment may come too.
            if let first = pending.first, number < first { continue }
            let missing = pending.prefix { $0 < number }
            #expect(missing.isEmpty || hasGap, "\(comment): \(missing) before \(number)")
            pending = pending.dropFirst(missing.count)
            #expect(pending.first == number, "\(comment): \(number) twice or unasked")
            pending = pending.dropFirst()
            hasGap = false
        }
        #expect(pending.isEmpty, "\(comment): \(pending) at the end")
    }
}
