import Redis
import ServerRuntime
import TestKit
import Testing

extension RedisServerSuites {
    /// One server behind a network that misbehaves.
    @Suite(.serialized) struct RedisNetworkFaultTests {
        /// A server, a proxy before it, and a client of the proxy that notices silence after a second.
        private func withProxy(
            _ body: (RedisServerProcess, FaultProxy, RedisClient) async throws -> Void
        ) async throws {
            try await RedisServerProcess.with { server in
                try await FaultProxy.with(to: server.port) { proxy in
                    var configuration = server.configuration
                    configuration.port = proxy.port
                    configuration.connectTimeout = .seconds(1)
                    configuration.stallTimeout = .seconds(1)
                    configuration.reconnect = Backoff(initial: .milliseconds(20), maximum: .milliseconds(200))
                    try await withRedisClient(configuration) { client in
                        try await client.ping(deadline: .after(.seconds(20)))
                        try await body(server, proxy, client)
                    }
                }
            }
        }

        /// Loads the client while the network has `faults`, and expects that all is well once they have ended.
        private func expectRecovery(
            from faults: [FaultProxy.Fault],
            lasting duration: Duration = .milliseconds(500)
        ) async throws {
            try await self.withProxy { _, proxy, client in
                let tally = CallTally()
                try await withLoad(20) { task in
                    await tally.increment("n\(task)", client, within: .milliseconds(600))
                } while: {
                    let isBusy = try await eventually { tally.successes > 100 }
                    #expect(isBusy)
                    for fault in faults { proxy.apply(fault) }
                    try await Task.sleep(for: duration)
                    proxy.heal()
                    let successes = tally.successes
                    let goesOn = try await eventually(within: .seconds(20)) { tally.successes > successes + 100 }
                    #expect(goesOn, "\(faults): \(tally.summary)")
                }
                #expect(tally.lateness < CallTally.latenessMax, "\(faults): \(tally.summary)")
                #expect(try await tally.differences(client) == [], "\(faults): \(tally.summary)")
            }
        }

        @Test(arguments: [
            [FaultProxy.Fault.halfClose(.requests)], [.halfClose(.replies)], [.halfClose(.both)], [.reset],
            [.stall(.requests)], [.stall(.replies)], [.stall(.both)], [.delay(.milliseconds(50))],
            [.throttle(bytesPerSecond: 2_000)], [.chop(bytes: 1)], [.chop(bytes: 3, .replies)],
            [.refuse, .reset], [.leaveUnaccepted, .reset], [.cut(afterBytes: 50, of: .replies, repeats: true)],
            [.cut(afterBytes: 90, of: .requests, repeats: true)],
        ]) func `increments are neither lost nor doubled and calls go on`(faults: [FaultProxy.Fault]) async throws {
            try await self.expectRecovery(from: faults)
        }

        @Test func `a stall that outlasts the limit of silence is recovered from`() async throws {
            try await self.expectRecovery(from: [.stall(.replies)], lasting: .seconds(3))
        }

        @Test(arguments: Seed.corpus + [.fresh()])
        func `corrupt bytes end in results or errors and the client recovers`(seed: Seed) async throws {
            try await self.withProxy { _, proxy, client in
                for direction in [FaultProxy.Direction.replies, .requests] {
                    let tally = CallTally()
                    try await withLoad(20) { task in
                        await tally.call("\(task)", within: .milliseconds(500)) { deadline throws(RedisError) in
                            // A flipped bit may make any reply of it, of the right type or not.
                            try await client.set("key\(task)", "value", deadline: deadline)
                            _ = try await client.get("key\(task)", deadline: deadline)
                        }
                    } while: {
                        proxy.apply(.corrupt(probability: 0.01, seed: seed.value, direction))
                        let isHurt = try await eventually { tally.codes.values.reduce(0, +) > 50 }
                        #expect(isHurt, "\(seed): \(tally.summary)")
                        proxy.heal()
                        // Replies to corrupted requests are still under way, and a wrong length may make it wait for more.
                        proxy.apply(.reset)
                    }
                    #expect(tally.lateness < CallTally.latenessMax, "\(seed): \(tally.summary)")
                    // The server may have refused a handshake that was corrupted, and that ends the calls which waited for it.
                    let isWell = try await eventually(within: .seconds(20)) {
                        (try? await client.ping(deadline: .after(.seconds(20)))) == "PONG"
                    }
                    #expect(isWell, "\(seed)")
                }
            }
        }

        @Test func `a connection that is refused at first is made later`() async throws {
            try await RedisServerProcess.with { server in
                try await FaultProxy.with(to: server.port) { proxy in
                    proxy.apply(.refuse)
                    var configuration = server.configuration
                    configuration.port = proxy.port
                    try await withRedisClient(configuration) { client in
                        let tally = CallTally()
                        let early = await tally.increment("n", client, within: .milliseconds(300))
                        #expect(early?.code == .deadlineExceeded && early?.mayHaveBeenApplied == false)
                        #expect(early?.cause != nil && tally.lateness < CallTally.latenessMax)
                        let waiting = Task { try await client.incr("n", deadline: .after(.seconds(20))) }
                        let isRefused = try await eventually { proxy.counts.refused > 2 }
                        #expect(isRefused)
                        proxy.heal()
                        #expect(try await waiting.value == 1)
                    }
                }
            }
        }

        @Test func `a host name is tried address by address and an unknown one is named`() async throws {
            try await RedisServerProcess.with { server in
                var configuration = server.configuration
                // Perhaps ::1 first, where this server does not listen.
                configuration.host = "localhost"
                try await withRedisClient(configuration) { client in
                    let reply = try await client.ping(deadline: .after(.seconds(20)))
                    #expect(reply == "PONG")
                }
                configuration.host = "no-such-host.invalid"
                try await withRedisClient(configuration) { client in
                    let tally = CallTally()
                    let error = await tally.increment("n", client, within: .milliseconds(500))
                    #expect(error?.code == .deadlineExceeded && error?.mayHaveBeenApplied == false)
                    #expect(error?.description.contains("no-such-host.invalid") == true)
                    #expect(tally.lateness < CallTally.latenessMax)
                }
            }
        }

        @Test func `large values pass a slow and chopping network`() async throws {
            try await self.withProxy { _, proxy, client in
                let value = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 17) }
                proxy.apply(.chop(bytes: 1_000))
                try await client.set("key", .bytes(value), deadline: .after(.seconds(30)))
                #expect(try await client.get("key", as: [UInt8].self, deadline: .after(.seconds(30))) == value)
                proxy.heal()
                proxy.apply(.throttle(bytesPerSecond: 1 << 20))
                try await client.set("key", .bytes(value.reversed()), deadline: .after(.seconds(30)))
                let read = try await client.get("key", as: [UInt8].self, deadline: .after(.seconds(30)))
                #expect(read == value.reversed() && client.connectionGeneration == 1)
            }
        }
    }
}
