import ServerRuntime
import Synchronization

@testable import Redis

/// The node of a server of a `SentinelWorld`; a command's first argument is the number of its call.
final class NodeDouble: NodeLink {
    let address: RedisEndpoint
    private let world: SentinelWorld
    private let connectionLost: @Sendable () -> Void
    private let isClosed = Mutex(false)
    /// The server's `cutCount` when the connection was made.
    private let connection = Mutex<Int?>(nil)

    init(_ address: RedisEndpoint, _ world: SentinelWorld, _ connectionLost: @escaping @Sendable () -> Void) {
        self.address = address
        self.world = world
        self.connectionLost = connectionLost
    }

    func close() {
        let isFirst = self.isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        if isFirst { self.world.change { $0.closedCount += 1 } }
    }

    func perform(_ command: RawCommand, deadline: Deadline) async throws(RedisError) -> RedisValue {
        guard let reply = try await self.perform([command], deadline: deadline).first else {
            throw RedisError(.protocolViolation, "no reply")
        }
        return reply
    }

    func perform(_ commands: [RawCommand], deadline: Deadline) async throws(RedisError) -> [RedisValue] {
        let connection = try await self.waitForConnection(deadline)
        try await self.pause()
        let breaks = self.world.time.random(below: 1000) < self.world.change { $0.breakPerMille }
        let diesEarly = self.world.time.random(below: 2) == 0
        if breaks, diesEarly { throw self.lost(mayHaveBeenApplied: true) }
        let replies = self.world.change { state -> [RedisValue]? in
            guard let server = state.servers[self.address], server.cutCount == connection else { return nil }
            return commands.map { command in Self.reply(to: command, &state, self.address) }
        }
        guard let replies else { throw self.lost(mayHaveBeenApplied: true) }
        try await self.pause()
        if breaks { throw self.lost(mayHaveBeenApplied: true) }
        return replies
    }

    private static func reply(
        to command: RawCommand,
        _ state: inout SentinelWorld.State,
        _ address: RedisEndpoint
    ) -> RedisValue {
        let isMaster = state.servers[address]?.isMaster == true
        if command.name == "ROLE" { return .array(SentinelWorld.words([isMaster ? "master" : "slave"])) }
        guard isMaster else { return .error("READONLY You can't write against a read only replica.") }
        guard case .integer(let call)? = command.arguments.first else { return .status("OK") }
        state.servers[address]?.applied[Int(call), default: 0] += 1
        return .integer(call)
    }

    /// Queues the commands as a node does until there is a connection; one is made to a master only, but stays when the
    /// server becomes a replica.
    private func waitForConnection(_ deadline: Deadline) async throws(RedisError) -> Int {
        while true {
            if self.isClosed.withLock({ $0 }) { throw RedisError(.connectionLost, "the node was closed") }
            let server = self.world.change { $0.servers[self.address] }
            if let server, server.isUp {
                let stands = self.connection.withLock { connection in
                    if server.isMaster { connection = server.cutCount }
                    return connection == server.cutCount
                }
                if stands { return server.cutCount }
            }
            self.connectionLost()
            guard self.world.time.now < deadline.instant else {
                throw RedisError(.deadlineExceeded, "\(self.address) is no master or not reachable")
            }
            try await self.sleep(until: min(self.world.time.now.advanced(by: .milliseconds(50)), deadline.instant))
        }
    }

    private func pause() async throws(RedisError) {
        let milliseconds = self.world.time.random(below: 4)
        try await self.sleep(until: self.world.time.now.advanced(by: .milliseconds(milliseconds)))
    }

    private func sleep(until instant: ContinuousClock.Instant) async throws(RedisError) {
        do { try await self.world.time.sleep(until: instant) } catch {
            throw RedisError(.cancelled, "cancelled", mayHaveBeenApplied: true)
        }
    }

    private func lost(mayHaveBeenApplied: Bool) -> RedisError {
        self.connection.withLock { $0 = nil }
        self.connectionLost()
        return RedisError(.connectionLost, "cut", mayHaveBeenApplied: mayHaveBeenApplied)
    }
}
