import Redis
import ServerRuntime
import TestKit
import Testing

extension RedisServerSuites {
    @Suite(.serialized) struct RedisSentinelTests {
        private static let taskCount = 20

        @Test func `commands reach the master with the passwords of both`() async throws {
            var options = RedisSentinelFixture.Options()
            options.password = "secret"
            options.sentinelPassword = "guard"
            try await RedisSentinelFixture.with(options) { group in
                try await withRedisClient(group.configuration) { client in
                    guard case .master = try await client.send(.role, deadline: .after(.seconds(20))) else {
                        return #expect(Bool(false), "not a master")
                    }
                    try await client.set("key", "value")
                    #expect(try await group.master().send(["GET", "key"]) == .bulk("value"))
                    let (number, text) = try await client.transaction(.incr("n"), .get("key"))
                    #expect(try number.get() == 1 && text.get() == "value")
                }
                var configuration = group.configuration
                guard case .sentinel(var sentinels) = configuration.topology else { return }
                sentinels.password = "wrong"
                configuration.topology = .sentinel(sentinels)
                try await self.expectRefusal(configuration, mentioning: "WRONGPASS")
            }
        }

        @Test func `a name that no sentinel knows is an error that says so`() async throws {
            try await RedisSentinelFixture.with { group in
                var configuration = group.configuration
                guard case .sentinel(var sentinels) = configuration.topology else { return }
                sentinels.masterName = "other"
                configuration.topology = .sentinel(sentinels)
                try await self.expectRefusal(configuration, mentioning: "no master named other")
            }
        }

        private func expectRefusal(_ configuration: RedisConfiguration, mentioning words: String) async throws {
            try await withRedisClient(configuration) { client in
                for _ in 0..<2 {
                    let error = await redisError { () throws(RedisError) in
                        try await client.ping(deadline: .after(.seconds(20)))
                    }
                    #expect(error?.code == .handshakeRefused && error?.mayHaveBeenApplied == false)
                    #expect(error?.message.contains(words) == true, "\(error?.description ?? "no error")")
                    #expect(error?.description.contains("wrong") != true, "no password in a text")
                }
            }
        }

        @Test func `calls go on while all sentinels are down`() async throws {
            try await RedisSentinelFixture.with { group in
                try await withRedisClient(group.configuration) { client in
                    try await client.ping(deadline: .after(.seconds(20)))
                    let master = try await group.master()
                    for sentinel in group.sentinels { sentinel.kill() }
                    let tally = CallTally()
                    try await withLoad(Self.taskCount) { task in
                        await tally.increment("n\(task)", client)
                    } while: {
                        let isBusy = try await eventually { tally.successes > 2_000 }
                        #expect(isBusy)
                    }
                    #expect(tally.codes.isEmpty, "\(tally.summary)")
                    #expect(try await tally.differences(client) == [])
                    // Nobody names another one, so a lost connection is made anew to the same master.
                    let generation = client.connectionGeneration
                    try await master.expect("CLIENT", "KILL", "TYPE", "normal")
                    // A call may still go out on the old connection; its loss would then be the right answer.
                    #expect(try await client.connection(after: generation) > generation)
                    #expect(try await client.incr("n0", deadline: .after(.seconds(10))) > 0)
                }
            }
        }

        @Test func `a blocking command finds the new master`() async throws {
            try await RedisSentinelFixture.with { group in
                try await withRedisClient(group.configuration) { client in
                    try await client.ping(deadline: .after(.seconds(20)))
                    let old = try await group.master()
                    let blocked = Task { await Self.popRepeatedly(client) }
                    let isBlocked = try await eventually { try await old.info("blocked_clients") == "1" }
                    #expect(isBlocked)
                    let new = try await group.failover()
                    // Pushed by hand, so that the client must find the new master for the blocking command itself.
                    try await new.expect("RPUSH", "list", "x")
                    let (popped, errors) = await blocked.value
                    #expect(popped == .init(key: "list", element: "x"))
                    // Sentinels cut the connections to the old master, whatever was under way there.
                    #expect(errors.allSatisfy { $0.code == .connectionLost } && errors.count < 10, "\(errors)")
                }
            }
        }

        /// Blocks until there is an element, as a worker does who knows what he repeats; with the errors on the way.
        private static func popRepeatedly(_ client: RedisClient) async -> (RedisPopped<String>?, [RedisError]) {
            var errors: [RedisError] = []
            let deadline = Deadline.after(.seconds(20))
            while !deadline.hasPassed {
                do throws(RedisError) {
                    return (try await client.send(.blpop(["list"], timeout: .seconds(15)), deadline: deadline), errors)
                } catch {
                    errors.append(error)
                }
            }
            return (nil, errors)
        }

        @Test func `a failover by order under load costs no call its deadline`() async throws {
            try await self.failover { group in _ = try await group.failover() }
        }

        @Test func `a killed master is replaced under load`() async throws {
            try await self.failover { group in
                let old = try await group.master()
                _ = try await group.killMaster()
                // It comes back as a replica, which must take no writes.
                try old.start()
                try await old.waitUntilReady()
                try await group.waitUntilHealthy()
            }
        }

        /// Increments counters while `change` replaces the master, and compares them afterwards.
        ///
        /// Redis may forget writes that it confirmed when a replica takes over, so of the time before and meanwhile only an
        /// upper bound holds: nothing is applied twice. What began after all agreed on the new master must be there.
        private func failover(_ change: (RedisSentinelFixture) async throws -> Void) async throws {
            var options = RedisSentinelFixture.Options()
            options.replicas = 2
            try await RedisSentinelFixture.with(options) { group in
                try await withRedisClient(group.configuration) { client in
                    try await client.ping(deadline: .after(.seconds(20)))
                    let old = try await group.master()
                    let subscription = try await client.subscribe(to: ["news"])
                    let during = CallTally()
                    try await withLoad(Self.taskCount) { task in
                        await during.increment("during:\(task)", client, within: .seconds(3))
                    } while: {
                        let isBusy = try await eventually { during.successes > 500 }
                        #expect(isBusy)
                        try await change(group)
                    }
                    #expect(during.lateness < CallTally.latenessMax, "\(during.summary)")
                    for (key, outcomes) in during.outcomes {
                        let value = try await client.get(key, as: Int.self) ?? 0
                        #expect(value <= outcomes.successes + outcomes.uncertain, "\(key): \(outcomes)")
                    }

                    let after = CallTally()
                    try await withLoad(Self.taskCount) { task in
                        await after.increment("after:\(task)", client)
                    } while: {
                        let isBusy = try await eventually { after.successes > 1_000 }
                        #expect(isBusy, "\(after.summary)")
                    }
                    #expect(after.codes.isEmpty, "\(after.summary)")
                    #expect(try await after.differences(client) == [])
                    let new = try await group.master()
                    #expect(new.port != old.port)
                    let value = try await client.get("after:0")
                    #expect(try await new.send(["GET", "after:0"]).text == value)
                    try await self.expectGapThenMessage(subscription, from: new)
                }
            }
        }

        private func expectGapThenMessage(
            _ subscription: RedisSubscription,
            from master: RedisServerProcess
        ) async throws {
            let isSubscribed = try await eventually {
                try await master.send(["PUBSUB", "NUMSUB", "news"]) == .array([.bulk("news"), .integer(1)])
            }
            #expect(isSubscribed)
            try await master.expect("PUBLISH", "news", "after")
            var events: [RedisSubscriptionEvent] = []
            while let event = try await subscription.next() {
                events.append(event)
                guard case .gap = event else { break }
            }
            #expect(events.dropLast().allSatisfy { $0 == .gap(.reconnected) } && events.count > 1, "\(events)")
            #expect(events.last == .message(channel: "news", pattern: nil, payload: Array("after".utf8)))
        }
    }
}
