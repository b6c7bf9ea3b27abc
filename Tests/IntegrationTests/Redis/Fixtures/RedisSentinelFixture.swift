import ServerRuntime
import TestKit

/// A master with replicas and the sentinels that watch them, all of a test's own on this machine.
///
/// The sentinels begin with files that name all replicas and each other, which they would otherwise find out in the
/// course of seconds.
final class RedisSentinelFixture: Sendable {
    /// What kind of group a test wants.
    struct Options: Sendable {
        /// The name that sentinels give to the master.
        var masterName = "main"
        var replicas = 1
        var sentinels = 3
        /// The password of master and replicas; empty for none.
        var password = ""
        /// The password of the sentinels; empty for none.
        var sentinelPassword = ""
        /// After this time without an answer a sentinel holds a server for dead.
        var downAfter = Duration.milliseconds(500)
        /// Further lines of each server's configuration file.
        var settings: [String] = []
    }

    let options: Options
    /// First the master of the beginning, then the replicas.
    let servers: [RedisServerProcess]
    let sentinels: [RedisServerProcess]

    /// The ports of the sentinels, for a client's configuration.
    var sentinelPorts: [Int] { self.sentinels.map(\.port) }

    private init(_ options: Options) throws {
        var servers: [RedisServerProcess] = []
        do {
            for _ in 0...max(0, options.replicas) {
                var server = RedisServerProcess.Options()
                server.password = options.password
                server.replicaOf = servers.first?.port
                server.settings = ["replica-announce-ip 127.0.0.1"] + options.settings
                servers.append(try RedisServerProcess(server))
            }
            self.sentinels = try Self.sentinels(options, ports: servers.map(\.port))
        } catch {
            for server in servers { server.close() }
            throw error
        }
        self.options = options
        self.servers = servers
    }

    /// Runs `body` with a new group in which everybody knows everybody; ends it afterwards.
    static func with<Result>(
        _ options: Options = Options(),
        _ body: (RedisSentinelFixture) async throws -> Result
    ) async throws -> Result {
        let group = try RedisSentinelFixture(options)
        defer { group.close() }
        for server in group.servers + group.sentinels { try await server.waitUntilReady() }
        try await group.quicken()
        try await group.waitUntilHealthy()
        return try await body(group)
    }

    private func close() {
        for process in self.sentinels + self.servers { process.close() }
    }

    /// Shortens the periods of the sentinels, the longest of which are 10 seconds; again after a sentinel's restart.
    func quicken() async throws {
        for sentinel in self.sentinels where sentinel.isRunning {
            // Milliseconds. A server before 7.0 does not know the command and is slower.
            try await sentinel.send([
                "SENTINEL", "DEBUG", "info-period", "200", "ask-period", "200", "publish-period", "300",
                "ping-period", "100", "slave-reconf-timeout", "2000", "election-timeout", "1000",
                "min-link-reconnect-period", "500",
            ])
        }
    }

    /// The server that the first running sentinel names as the master.
    func master() async throws -> RedisServerProcess {
        guard let sentinel = self.sentinels.first(where: \.isRunning) else {
            throw RedisServerProcess.Failure(description: "no sentinel runs")
        }
        let port = try await self.masterPort(at: sentinel)
        guard let server = self.servers.first(where: { $0.port == port }) else {
            throw sentinel.failure("names no server of the group: \(port ?? 0)")
        }
        return server
    }

    /// Waits until all sentinels that run agree on a master that has that role, and the other servers follow it.
    ///
    /// - Throws: `RedisServerProcess.Failure` with the reason why not, when that takes longer than `limit`.
    func waitUntilHealthy(within limit: Duration = .seconds(20)) async throws {
        var reason: String? = "not asked"
        let isHealthy = try await eventually(within: limit) {
            reason = try await self.complaint()
            return reason == nil
        }
        guard isHealthy else {
            let processes = self.sentinels + self.servers
            let texts = processes.map { $0.failure("the group is not healthy: \(reason ?? "")").description }
            throw RedisServerProcess.Failure(description: texts.joined(separator: "\n"))
        }
    }

    /// Lets the sentinels make a replica the master while the old one is alive, and waits until all agree.
    ///
    /// - Returns: the new master.
    func failover(within limit: Duration = .seconds(20)) async throws -> RedisServerProcess {
        let old = try await self.master()
        guard let sentinel = self.sentinels.first(where: \.isRunning) else {
            throw RedisServerProcess.Failure(description: "no sentinel runs")
        }
        var reply = RESPReply.null
        // Just after its start a sentinel may not have heard enough from a replica to promote it.
        let isBegun = try await eventually(within: limit) {
            reply = try await sentinel.send(["SENTINEL", "FAILOVER", self.options.masterName])
            return reply == .status("OK")
        }
        guard isBegun else { throw sentinel.failure("SENTINEL FAILOVER: \(reply)") }
        return try await self.waitForMaster(otherThan: old, within: limit)
    }

    /// Kills the master and waits until the sentinels have made a replica the master.
    ///
    /// - Returns: the new master.
    func killMaster(within limit: Duration = .seconds(20)) async throws -> RedisServerProcess {
        let old = try await self.master()
        old.kill()
        return try await self.waitForMaster(otherThan: old, within: limit)
    }

    /// Waits until all sentinels name another master than `old` and it has that role.
    ///
    /// - Returns: the new master.
    func waitForMaster(
        otherThan old: RedisServerProcess,
        within limit: Duration = .seconds(20)
    ) async throws -> RedisServerProcess {
        let running = self.sentinels.filter(\.isRunning)
        let isElected = try await eventually(within: limit) {
            for sentinel in running where try await self.masterPort(at: sentinel) == old.port { return false }
            return true
        }
        guard isElected else {
            let texts = running.map { $0.failure("still names the old master").description }
            throw RedisServerProcess.Failure(description: texts.joined(separator: "\n"))
        }
        try await self.waitUntilHealthy(within: limit)
        return try await self.master()
    }

    private func masterPort(at sentinel: RedisServerProcess) async throws -> Int? {
        let reply = try await sentinel.expect("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self.options.masterName)
        return reply.elements.last?.text.flatMap { Int($0) }
    }

    /// Why the group is not healthy now.
    private func complaint() async throws -> String? {
        do {
            var masters: Set<Int> = []
            let running = self.sentinels.filter(\.isRunning)
            for sentinel in running {
                let state = try await sentinel.expect("SENTINEL", "MASTER", self.options.masterName).fields
                masters.insert(state["port"].flatMap { Int($0) } ?? 0)
                guard state["flags"] == "master" else { return "\(sentinel.port): master is \(state["flags"] ?? "")" }
                guard state["num-other-sentinels"] == "\(self.sentinels.count - 1)",
                    state["num-slaves"] == "\(self.servers.count - 1)"
                else { return "\(sentinel.port) does not know all servers and sentinels" }
            }
            guard masters.count == 1, let master = masters.first else { return "the sentinels name several masters" }
            for server in self.servers where server.isRunning {
                let role = try await server.expect("ROLE", within: .seconds(1)).elements
                if server.port == master {
                    guard role.first == .bulk("master") else { return "\(master) is not yet a master" }
                } else {
                    guard role.count > 3, role[2] == .integer(master), role[3] == .bulk("connected") else {
                        return "\(server.port) does not follow \(master)"
                    }
                }
            }
            return nil
        } catch {
            try Task.checkCancellation()
            return "\(error)"
        }
    }
}
