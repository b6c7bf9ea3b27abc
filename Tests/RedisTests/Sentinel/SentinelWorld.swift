import ServerRuntime
import Synchronization
import TestKit

@testable import Redis

/// Servers and sentinels in memory, and whom they obey.
final class SentinelWorld: SentinelAccess {
    struct Server {
        var isUp = true {
            didSet { if !self.isUp { self.cutCount += 1 } }
        }
        var isMaster = false
        /// How often its connections were cut.
        var cutCount = 0
        /// How often each call was carried out.
        var applied: [Int: Int] = [:]
    }

    struct Sentinel {
        var isUp = true
        /// Takes questions and never answers.
        var isStalled = false
        var master: RedisEndpoint?
        var epoch: Int64? = 1
        var refusal: String?
        var others: [RedisEndpoint] = []
        var listeners: [Int: @Sendable (RedisSubscriptionEvent) -> Void] = [:]
    }

    struct State {
        var servers: [RedisEndpoint: Server] = [:]
        var sentinels: [RedisEndpoint: Sentinel] = [:]
        var asked: [RedisEndpoint] = []
        var listenerLast = 0
        var made: [RedisEndpoint] = []
        var closedCount = 0
        /// How often a connection breaks around a command, per mille.
        var breakPerMille = 0
    }

    static let name = "mymaster"
    let time: VirtualTime
    let state = Mutex(State())

    init(_ time: VirtualTime, servers: [Int], sentinels: [Int], master: Int) {
        self.time = time
        self.state.withLock { state in
            for port in servers { state.servers[Self.at(port)] = Server(isMaster: port == master) }
            for port in sentinels { state.sentinels[Self.at(port)] = Sentinel(master: Self.at(master)) }
        }
    }

    static func at(_ port: Int) -> RedisEndpoint { RedisEndpoint(host: "10.0.0.1", port: port) }

    func change<Value: Sendable>(_ body: @Sendable (inout State) -> Value) -> Value {
        self.state.withLock { body(&$0) }
    }

    func router(sentinels: [Int], _ configure: (inout SentinelOptions) -> Void = { _ in }) -> SentinelRouter<NodeDouble>
    {
        var options = SentinelOptions(masterName: Self.name, sentinels: sentinels.map(Self.at))
        configure(&options)
        return SentinelRouter(options, access: self, clock: self.time.clock) { address, connectionLost in
            self.state.withLock { $0.made.append(address) }
            return NodeDouble(address, self, connectionLost)
        }
    }

    /// How often a call was carried out, by all servers together.
    func appliedCount(_ call: Int) -> Int {
        self.state.withLock { state in state.servers.values.reduce(0) { $0 + ($1.applied[call] ?? 0) } }
    }

    /// Makes another server the master, as sentinels do; those named learn of it.
    func promote(_ port: Int, knownTo sentinels: [Int], epoch: Int64, announces: Bool = false, cuts: Bool = true) {
        let new = Self.at(port)
        let calls = self.state.withLock { state in
            let old = state.servers.first { $0.value.isMaster }?.key ?? new
            for address in state.servers.keys { state.servers[address]?.isMaster = address == new }
            // As sentinels do with `CLIENT KILL`.
            if cuts, old != new { state.servers[old]?.cutCount += 1 }
            var calls: [@Sendable (RedisSubscriptionEvent) -> Void] = []
            for sentinel in sentinels.map(Self.at) {
                state.sentinels[sentinel]?.master = new
                state.sentinels[sentinel]?.epoch = epoch
                calls += state.sentinels[sentinel]?.listeners.values.map { $0 } ?? []
            }
            let words = "\(Self.name) \(old.host) \(old.port) \(new.host) \(new.port)"
            let message = RedisSubscriptionEvent.message(
                channel: SwitchMasterMessage.channel,
                pattern: nil,
                payload: Array(words.utf8)
            )
            return announces ? calls.map { call in { call(message) } } : []
        }
        for call in calls { call() }
    }

    // MARK: - SentinelAccess

    func ask(
        _ sentinel: RedisEndpoint,
        _ commands: [RawCommand],
        deadline: Deadline
    ) async throws(RedisError) -> [RedisValue] {
        let known = self.state.withLock { state in
            state.asked.append(sentinel)
            return state.sentinels[sentinel]
        }
        guard let known, known.isUp else { throw RedisError(.connectionLost, "refused") }
        do {
            if known.isStalled {
                try await self.time.sleep(until: deadline.instant)
                throw RedisError(.deadlineExceeded, "no reply")
            }
            try await self.time.sleep(for: .milliseconds(self.time.random(below: 5)))
        } catch {
            throw error as? RedisError ?? RedisError(.cancelled, "cancelled")
        }
        if let refusal = known.refusal { return commands.map { _ in .error(refusal) } }
        return [
            known.master.map { .array(Self.words([$0.host, "\($0.port)"])) } ?? .null,
            known.epoch.map { .array(Self.words(["name", Self.name, "config-epoch", "\($0)"])) } ?? .error("NOPERM no"),
            .array(known.others.map { .array(Self.words(["ip", $0.host, "port", "\($0.port)"])) }),
        ]
    }

    func watch(
        _ sentinel: RedisEndpoint,
        channel: String,
        _ notice: @escaping @Sendable (RedisSubscriptionEvent) -> Void
    ) async throws(RedisError) {
        let listener = self.state.withLock { state -> Int? in
            guard state.sentinels[sentinel]?.isUp == true, channel == SwitchMasterMessage.channel else { return nil }
            state.listenerLast += 1
            state.sentinels[sentinel]?.listeners[state.listenerLast] = notice
            return state.listenerLast
        }
        guard let listener else { throw RedisError(.connectionLost, "refused") }
        defer { self.state.withLock { $0.sentinels[sentinel]?.listeners[listener] = nil } }
        while self.state.withLock({ $0.sentinels[sentinel]?.isUp == true }) {
            // Throws when cancelled, which ends the watch.
            do { try await self.time.sleep(for: .milliseconds(200)) } catch { return }
        }
        throw RedisError(.connectionLost, "cut")
    }

    static func words(_ words: [String]) -> [RedisValue] { words.map { .string(Array($0.utf8)) } }
}
