import Foundation
import Redis
import ServerRuntime
import TestKit
import Testing

extension RedisServerSuites {
    /// Everything at once, at random: five seconds, or ten minutes with `LONG_TESTS=1`.
    @Suite(.serialized) struct RedisSoakTests {
        private static let duration: Duration =
            ProcessInfo.processInfo.environment["LONG_TESTS"] == "1" ? .seconds(600) : .seconds(5)

        /// Corruption is missing: a flipped bit may make another, valid command.
        private static let faults: [FaultProxy.Fault] = [
            .stall(.requests), .stall(.replies), .stall(.both), .delay(.milliseconds(30)), .delay(.milliseconds(300)),
            .throttle(bytesPerSecond: 3_000), .chop(bytes: 1), .chop(bytes: 7, .replies), .halfClose(.requests),
            .halfClose(.replies), .reset, .refuse, .leaveUnaccepted, .cut(afterBytes: 400, of: .replies),
            .cut(afterBytes: 700, of: .requests), .cut(afterBytes: 100, of: .replies, repeats: true),
        ]

        @Test(.timeLimit(.minutes(15))) func `random faults lose nothing, double nothing and hold up no deadline`()
            async throws
        {
            let seed = Seed.fresh()
            var options = RedisServerProcess.Options()
            // What it confirms is on disk.
            options.isPersistent = true
            try await RedisServerProcess.with(options) { server in
                try await FaultProxy.with(to: server.port) { proxy in
                    var configuration = server.configuration
                    configuration.port = proxy.port
                    configuration.connectTimeout = .milliseconds(500)
                    configuration.stallTimeout = .milliseconds(700)
                    configuration.reconnect = Backoff(initial: .milliseconds(10), maximum: .milliseconds(200))
                    configuration.leasedConnectionsMax = 4
                    try await withRedisClient(configuration) { client in
                        try await client.ping(deadline: .after(.seconds(20)))
                        let descriptors = OwnProcess.openDescriptors()
                        let (tally, blocking) = (CallTally(), CallTally())
                        try await withLoad(60) { task in
                            await self.step(task, client, tally, blocking)
                        } while: {
                            try await self.misbehave(seed, server, proxy)
                        }
                        #expect(tally.lateness < CallTally.latenessMax, "\(seed): \(tally.summary)")
                        #expect(blocking.lateness < CallTally.latenessMax, "\(seed): \(blocking.summary)")
                        #expect(try await tally.differences(client) == [], "\(seed): \(tally.summary)")
                        #expect(tally.successes > 500, "\(seed): \(tally.summary)")
                        // A few more for the leased connections that are kept.
                        let isTidy = try await eventually { OwnProcess.openDescriptors() <= descriptors + 12 }
                        #expect(
                            isTidy,
                            "\(seed): \(descriptors) descriptors before, now \(OwnProcess.openDescriptors())"
                        )
                    }
                }
            }
        }

        /// Faults one after the other, sometimes two together, and now and then the death of the server.
        private func misbehave(_ seed: Seed, _ server: RedisServerProcess, _ proxy: FaultProxy) async throws {
            var random = seed.generator()
            let end = ContinuousClock.now.advanced(by: Self.duration)
            while ContinuousClock.now < end {
                for fault in Self.faults.shuffled(using: &random).prefix(Int.random(in: 1...2, using: &random)) {
                    proxy.apply(fault)
                }
                if Int.random(in: 0..<6, using: &random) == 0 {
                    server.kill()
                    try server.start()
                }
                try await Task.sleep(for: .milliseconds(Int.random(in: 20...900, using: &random)))
                proxy.heal()
                try await Task.sleep(for: .milliseconds(Int.random(in: 20...200, using: &random)))
            }
            try await server.waitUntilReady()
        }

        /// What a task does again and again; each has a key of its own.
        private func step(
            _ task: Int,
            _ client: RedisClient,
            _ tally: CallTally,
            _ blocking: CallTally
        ) async {
            let key = "n\(task)"
            switch task % 4 {
            case 0:
                await tally.increment(key, client, within: .milliseconds(500))
            case 1:
                await tally.increment(key, client, within: .seconds(5))
            case 2:
                let call = Task { await tally.increment(key, client, within: .seconds(2)) }
                // Cancellation of this sleep is of no interest.
                try? await Task.sleep(for: .milliseconds(task % 20))
                call.cancel()
                _ = await call.value
            default:
                await tally.call(key, within: .seconds(2)) { deadline throws(RedisError) in
                    _ = try await client.send(
                        pipeline: [RedisCommand("MULTI"), RedisCommand("INCR", [.string(key)]), RedisCommand("EXEC")],
                        deadline: deadline
                    )
                }
                await blocking.call("list", within: .seconds(2)) { deadline throws(RedisError) in
                    _ = try await client.send(.blpop(["none"], timeout: .milliseconds(20)), deadline: deadline)
                }
            }
        }
    }
}
