import ServerRuntime
import TestKit

extension RedisSentinelFixture {
    /// Starts the sentinels of the servers on `ports`, the master first.
    static func sentinels(_ options: Options, ports: [Int]) throws -> [RedisServerProcess] {
        let count = max(1, options.sentinels)
        let identities = (0..<count).map { _ in RedisClusterFixture.randomID() }
        var sentinelPorts: [Int] = []
        var sentinels: [RedisServerProcess] = []
        do {
            for _ in 0..<count { sentinelPorts.append(try TestPorts.take()) }
            for index in 0..<count {
                var sentinel = RedisServerProcess.Options()
                sentinel.isSentinel = true
                sentinel.password = options.sentinelPassword
                sentinel.settings = self.settings(options, ports: ports)
                sentinel.settings.append("sentinel myid \(identities[index])")
                for other in 0..<count where other != index {
                    let address = "127.0.0.1 \(sentinelPorts[other]) \(identities[other])"
                    sentinel.settings.append("sentinel known-sentinel \(options.masterName) \(address)")
                }
                sentinels.append(try RedisServerProcess(sentinel, port: sentinelPorts[index]))
            }
            return sentinels
        } catch {
            for sentinel in sentinels { sentinel.close() }
            for port in sentinelPorts.dropFirst(sentinels.count) { TestPorts.release(port) }
            throw error
        }
    }

    private static func settings(_ options: Options, ports: [Int]) -> [String] {
        let name = options.masterName
        let quorum = max(1, options.sentinels) / 2 + 1
        var lines = [
            "sentinel monitor \(name) 127.0.0.1 \(ports.first ?? 0) \(quorum)",
            "sentinel down-after-milliseconds \(name) \(options.downAfter.milliseconds())",
            // Also the pause before a second attempt, which is twice as long.
            "sentinel failover-timeout \(name) 1500",
            "sentinel parallel-syncs \(name) 16",
        ]
        lines += ports.dropFirst().map { "sentinel known-replica \(name) 127.0.0.1 \($0)" }
        if !options.password.isEmpty { lines.append("sentinel auth-pass \(name) \(options.password)") }
        if !options.sentinelPassword.isEmpty {
            lines.append("requirepass \(options.sentinelPassword)")
            lines.append("sentinel sentinel-pass \(options.sentinelPassword)")
        }
        return lines
    }
}
