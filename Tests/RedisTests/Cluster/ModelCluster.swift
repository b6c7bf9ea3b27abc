import ServerRuntime
import Synchronization
import TestKit

@testable import Redis

/// A cluster in memory: nodes with their own, perhaps old, view of who serves what, slots that move, nodes that crash.
///
/// Each key holds the list of all values that were ever written to it, by `RPUSH` as well as by `MSET`.
final class ModelCluster: Sendable {
    struct Server {
        let endpoint: RedisEndpoint
        var isAlive = true
        /// Answers `LOADING` so many times yet.
        var loading = 0
        /// Who serves each slot, as far as this one knows.
        var view: [Int]
        var data: [[UInt8]: [RedisValue]] = [:]
    }

    struct State {
        var random: SeededGenerator
        var servers: [Server] = []
        /// Slots on their way: to whom.
        var migrations: [UInt16: Int] = [:]
        var disturbances = 0
        /// When a slot arrived last, in disturbances.
        var arrivals: [UInt16: Int] = [:]
    }

    private let state: Mutex<State>
    let slots: [UInt16]

    init(seed: Seed, servers: Int, keys: [RedisArgument]) {
        var state = State(random: seed.generator())
        let view = (0..<HashSlot.count).map { $0 * servers / HashSlot.count }
        state.servers = (0..<servers).map { Server(endpoint: Self.endpoint($0), view: view) }
        self.state = Mutex(state)
        self.slots = Set(keys.map { HashSlot(key: $0).number }).sorted()
    }

    var endpoints: [RedisEndpoint] { self.state.withLock { $0.servers.map(\.endpoint) } }

    /// The link to the server at `endpoint`.
    func link(_ endpoint: RedisEndpoint) -> FakeClusterNode {
        FakeClusterNode(endpoint) { commands async throws(RedisError) -> [RedisValue] in
            try await self.perform(commands, at: endpoint)
        }
    }

    /// The values of a key, of which there must be one holder at the most.
    func values(of key: RedisArgument) -> [[RedisValue]] {
        self.state.withLock { state in state.servers.filter(\.isAlive).compactMap { $0.data[Self.bytes(key)] } }
    }

    private static func endpoint(_ index: Int) -> RedisEndpoint {
        RedisEndpoint(host: "10.0.0.\(index)", port: 6379)
    }

    static func bytes(_ key: RedisArgument) -> [UInt8] {
        switch key {
        case .bytes(let bytes): bytes
        case .string(let text): Array(text.utf8)
        case .integer(let number): Array("\(number)".utf8)
        }
    }
}

/// What goes on in the cluster by itself.
extension ModelCluster {
    /// One thing happens.
    func disturb() {
        self.state.withLock { state in
            state.disturbances += 1
            switch Int.random(in: 0..<20, using: &state.random) {
            case 0..<4: self.startMigration(&state)
            case 4..<12: self.moveKey(&state)
            case 12..<15: self.finishMigration(&state)
            case 15..<18: self.gossip(&state)
            case 18: self.crash(&state)
            default: self.failOver(&state)
            }
        }
    }

    /// Everything comes to an end: dead nodes are replaced, migrations done.
    func settle() {
        self.state.withLock { state in
            while state.servers.contains(where: { !$0.isAlive }) { self.failOver(&state) }
            while !state.migrations.isEmpty { self.finishMigration(&state) }
        }
    }

    private func owner(_ slot: UInt16, _ state: State) -> Int? {
        state.servers.indices.first { state.servers[$0].view[Int(slot)] == $0 }
    }

    private func startMigration(_ state: inout State) {
        guard state.migrations.count < 5, let slot = self.slots.randomElement(using: &state.random),
            state.migrations[slot] == nil, let owner = self.owner(slot, state)
        else { return }
        let others = state.servers.indices.filter { $0 != owner && state.servers[$0].isAlive }
        guard let target = others.randomElement(using: &state.random) else { return }
        // As in life a slot does not come back at once: commands with an old `ASK` would be taken where they were sent.
        if let arrival = state.arrivals[slot], state.disturbances - arrival < 300 { return }
        state.migrations[slot] = target
    }

    private func moveKey(_ state: inout State) {
        guard let (slot, target) = state.migrations.sorted(by: { $0.key < $1.key }).randomElement(using: &state.random),
            let owner = self.owner(slot, state), state.servers[owner].isAlive, state.servers[target].isAlive
        else { return }
        let keys = state.servers[owner].data.keys.filter { HashSlot(bytes: $0).number == slot }
        guard let key = keys.min(by: { $0.lexicographicallyPrecedes($1) }) else { return }
        state.servers[target].data[key] = state.servers[owner].data.removeValue(forKey: key)
    }

    private func finishMigration(_ state: inout State) {
        guard let (slot, target) = state.migrations.sorted(by: { $0.key < $1.key }).randomElement(using: &state.random),
            let owner = self.owner(slot, state), state.servers[owner].isAlive, state.servers[target].isAlive
        else { return }
        for key in state.servers[owner].data.keys where HashSlot(bytes: key).number == slot {
            state.servers[target].data[key] = state.servers[owner].data.removeValue(forKey: key)
        }
        state.servers[target].view[Int(slot)] = target
        state.servers[owner].view[Int(slot)] = target
        state.migrations[slot] = nil
        state.arrivals[slot] = state.disturbances
    }

    /// One server learns of one other which slots that serves.
    private func gossip(_ state: inout State) {
        let alive = state.servers.indices.filter { state.servers[$0].isAlive }
        guard let teller = alive.randomElement(using: &state.random),
            let hearer = alive.randomElement(using: &state.random), teller != hearer
        else { return }
        for slot in 0..<HashSlot.count
        where state.servers[teller].view[slot] == teller && state.servers[hearer].view[slot] != teller {
            state.servers[hearer].view[slot] = teller
        }
    }

    private func crash(_ state: inout State) {
        let alive = state.servers.indices.filter { state.servers[$0].isAlive }
        guard alive.count > 2, state.servers.count < 12, let victim = alive.randomElement(using: &state.random)
        else { return }
        state.servers[victim].isAlive = false
    }

    /// A replica, which had everything, takes the place of a dead server, which comes back as a replica.
    private func failOver(_ state: inout State) {
        guard let dead = state.servers.indices.first(where: { !state.servers[$0].isAlive }) else { return }
        state.servers[dead].isAlive = true
        guard state.servers[dead].view.contains(dead) else { return }
        let new = state.servers.count
        var view = state.servers[dead].view
        for slot in view.indices where view[slot] == dead { view[slot] = new }
        state.servers.append(
            Server(endpoint: Self.endpoint(new), loading: 3, view: view, data: state.servers[dead].data)
        )
        state.servers[dead].view = view
        state.servers[dead].data = [:]
        for (slot, target) in state.migrations where target == dead { state.migrations[slot] = new }
        // Those who hear of it later keep sending clients to the dead one.
        for _ in 0..<3 { self.gossip(&state) }
    }
}

/// What the servers do with commands.
extension ModelCluster {
    /// What a connection knows.
    private struct Session {
        var isAsking = false
        var queue: [RawCommand]?
        var isBroken = false
    }

    private enum Outcome {
        case reply(RedisValue)
        case dead
    }

    private func perform(_ commands: [RawCommand], at endpoint: RedisEndpoint) async throws(RedisError) -> [RedisValue]
    {
        var session = Session()
        var replies: [RedisValue] = []
        for command in commands {
            if self.state.withLock({ Int.random(in: 0..<3, using: &$0.random) == 0 }) { await Task.yield() }
            let outcome = self.state.withLock { [session] state -> (Outcome, Session) in
                var session = session
                let outcome = self.execute(command, endpoint, &session, &state)
                return (outcome, session)
            }
            session = outcome.1
            guard case .reply(let reply) = outcome.0 else {
                throw RedisError(.connectionLost, "crashed", mayHaveBeenApplied: !replies.isEmpty)
            }
            replies.append(reply)
        }
        // The replies may be lost as well.
        await Task.yield()
        let isAlive = self.state.withLock { state in
            state.servers.contains { $0.endpoint == endpoint && $0.isAlive }
        }
        guard isAlive else { throw RedisError(.connectionLost, "crashed", mayHaveBeenApplied: true) }
        return replies
    }

    private func execute(
        _ command: RawCommand,
        _ endpoint: RedisEndpoint,
        _ session: inout Session,
        _ state: inout State
    ) -> Outcome {
        guard let me = state.servers.firstIndex(where: { $0.endpoint == endpoint }), state.servers[me].isAlive
        else { return .dead }
        if command.name == "CLUSTER" { return .reply(self.slotsReply(me, state)) }
        if state.servers[me].loading > 0 {
            state.servers[me].loading -= 1
            if session.queue != nil { session.isBroken = true }
            return .reply(.error("LOADING Redis is loading the dataset in memory"))
        }
        switch command.name {
        case "ASKING":
            session.isAsking = true
            return .reply(.status("OK"))
        case "MULTI":
            session.queue = []
            return .reply(.status("OK"))
        case "EXEC":
            defer { session = Session() }
            guard let queue = session.queue else { return .reply(.error("ERR EXEC without MULTI")) }
            if session.isBroken { return .reply(.error("EXECABORT Transaction discarded because of previous errors.")) }
            let keys = queue.flatMap { CommandRoute.keys(of: $0).map(Self.bytes) }
            if let error = self.refusal(keys, me, session, &state) { return .reply(.error(error)) }
            return .reply(.array(queue.map { self.apply($0, me, &state) }))
        default:
            let keys = CommandRoute.keys(of: command).map(Self.bytes)
            let error = self.refusal(keys, me, session, &state)
            guard session.queue != nil else {
                session.isAsking = false
                return .reply(error.map { .error($0) } ?? self.apply(command, me, &state))
            }
            if let error {
                session.isBroken = true
                return .reply(.error(error))
            }
            session.queue?.append(command)
            return .reply(.status("QUEUED"))
        }
    }

    /// Why a server does not take a command with these keys, as `getNodeByQuery` of the real one decides.
    private func refusal(_ keys: [[UInt8]], _ me: Int, _ session: Session, _ state: inout State) -> String? {
        guard let first = keys.first else { return nil }
        let slot = HashSlot(bytes: first).number
        if keys.contains(where: { HashSlot(bytes: $0).number != slot }) { return "CROSSSLOT Keys in request" }
        let owner = state.servers[me].view[Int(slot)]
        let missing = keys.count { state.servers[me].data[$0] == nil }
        if owner == me {
            guard let target = state.migrations[slot], target != me, missing > 0 else { return nil }
            if missing < keys.count { return "TRYAGAIN Multiple keys request during rehashing of slot" }
            return "ASK \(slot) \(state.servers[target].endpoint)"
        }
        if state.migrations[slot] == me, session.isAsking {
            return keys.count > 1 && missing > 0 ? "TRYAGAIN Multiple keys request during rehashing of slot" : nil
        }
        if !state.servers[owner].isAlive, Bool.random(using: &state.random) {
            return "CLUSTERDOWN The cluster is down"
        }
        return "MOVED \(slot) \(state.servers[owner].endpoint)"
    }

    private func apply(_ command: RawCommand, _ me: Int, _ state: inout State) -> RedisValue {
        let arguments = command.arguments
        switch command.name {
        case "RPUSH":
            state.servers[me].data[Self.bytes(arguments[0]), default: []].append(.string(Self.bytes(arguments[1])))
            return .integer(1)
        case "MSET":
            for index in stride(from: 0, to: arguments.count, by: 2) {
                let value = RedisValue.string(Self.bytes(arguments[index + 1]))
                state.servers[me].data[Self.bytes(arguments[index]), default: []].append(value)
            }
            return .status("OK")
        case "MGET":
            return .array(arguments.map { state.servers[me].data[Self.bytes($0)]?.last ?? .null })
        case "DBSIZE": return .integer(Int64(state.servers[me].data.count))
        default: return .error("ERR unknown command")
        }
    }

    private func slotsReply(_ me: Int, _ state: State) -> RedisValue {
        let view = state.servers[me].view
        var ranges: [RedisValue] = []
        var start = 0
        for slot in 1...view.count where slot == view.count || view[slot] != view[start] {
            let endpoint = state.servers[view[start]].endpoint
            let node = RedisValue.array([.string(Array(endpoint.host.utf8)), .integer(Int64(endpoint.port))])
            ranges.append(.array([.integer(Int64(start)), .integer(Int64(slot - 1)), node]))
            start = slot
        }
        return .array(ranges)
    }
}
