import Redis
import ServerRuntime
import TestKit
import Testing

extension RedisServerSuites {
    /// Slots that move and nodes that die or stall, under load.
    @Suite(.serialized) struct RedisClusterFaultTests {
        private static let taskCount = 30

        @Test func `no increment is lost or doubled while slots move`() async throws {
            try await RedisClusterFixture.with { cluster in
                try await withRedisClient(cluster.configuration) { client in
                    try await client.ping(deadline: .after(.seconds(20)))
                    let tally = CallTally()
                    let keys = (0..<Self.taskCount).map { "counter:\($0)" }
                    try await withLoad(Self.taskCount) { task in
                        let key = keys[task]
                        await tally.increment(key, client, within: .seconds(10))
                        let value = try? await client.get(key, as: Int.self, deadline: .after(.seconds(10)))
                        let outcomes = tally.outcomes[key]
                        // Only this task writes the key, so what it reads is exact.
                        if let value { #expect(value == outcomes?.successes || outcomes?.uncertain != 0, "\(key)") }
                    } while: {
                        for round in 0..<4 {
                            for key in keys.prefix(12) {
                                let slot = try await cluster.slot(of: key)
                                let owner = try await cluster.owner(of: slot)
                                let others = cluster.masters.filter { $0.id != owner.id }
                                try await cluster.migrate(slot: slot, to: others[round % others.count])
                            }
                        }
                    }
                    #expect(tally.codes.isEmpty && tally.lateness < CallTally.latenessMax, "\(tally.summary)")
                    #expect(tally.outcomes.count == Self.taskCount && tally.successes > 1_000, "\(tally.summary)")
                    #expect(try await tally.differences(client) == [])
                }
            }
        }

        @Test func `keys of a slot that stays half moved are all reached`() async throws {
            try await RedisClusterFixture.with { cluster in
                try await withRedisClient(cluster.configuration) { client in
                    let keys = (0..<40).map { "{tag}\($0)" }
                    try await client.send(
                        .mset(pairs: keys.map { ($0, "0") }),
                        deadline: .after(.seconds(20))
                    )
                    let slot = try await cluster.slot(of: "{tag}")
                    let source = try await cluster.owner(of: slot)
                    let target = try #require(cluster.masters.first { $0.id != source.id })
                    try await cluster.beginMigration(slot: slot, from: source, to: target)
                    #expect(try await cluster.moveKeys(slot: slot, from: source, to: target, atMost: 20) == 20)
                    for round in 1...3 {
                        for key in keys { #expect(try await client.incr(key) == round) }
                        let results = try await client.send(pipeline: keys.map { .get($0, as: Int.self) })
                        #expect(try results.map { try $0.get() } == keys.map { _ in round })
                    }
                    #expect(try await client.incr("{tag}new") == 1)
                    let (count, text) = try await client.transaction(.incr("{tag}t"), .get("{tag}t"))
                    #expect(try count.get() == 1 && text.get() == "1")
                    while try await cluster.moveKeys(slot: slot, from: source, to: target, atMost: 100) > 0 {}
                    try await cluster.finishMigration(slot: slot, from: source, to: target)
                    #expect(try await client.incr("{tag}0") == 4)
                }
            }
        }

        @Test func `a killed master costs only calls to it and its replica takes over`() async throws {
            var options = RedisClusterFixture.Options()
            options.replicasOfEach = 1
            // The slots of the others must stay in service.
            options.settings = ["cluster-require-full-coverage no"]
            try await RedisClusterFixture.with(options) { cluster in
                try await withRedisClient(cluster.configuration) { client in
                    try await client.ping(deadline: .after(.seconds(20)))
                    let tally = CallTally()
                    try await withLoad(Self.taskCount) { task in
                        await tally.increment("during:\(task)", client)
                    } while: {
                        let isBusy = try await eventually { tally.successes > 500 }
                        #expect(isBusy)
                        _ = try await cluster.killOwner(of: 0)
                    }
                    #expect(tally.lateness < CallTally.latenessMax, "\(tally.summary)")
                    for (key, outcomes) in tally.outcomes {
                        let value = try await client.get(key, as: Int.self, deadline: .after(.seconds(10))) ?? 0
                        // A replica may lack what its master confirmed last.
                        #expect(value <= outcomes.successes + outcomes.uncertain, "\(key): \(outcomes)")
                    }
                    let after = CallTally()
                    for number in 0..<300 { await after.increment("after:\(number)", client) }
                    #expect(after.codes.isEmpty, "\(after.summary)")
                    #expect(try await after.differences(client) == [])
                }
            }
        }

        @Test func `no increment is lost or doubled while replicas take over by order`() async throws {
            var options = RedisClusterFixture.Options()
            options.replicasOfEach = 1
            try await RedisClusterFixture.with(options) { cluster in
                try await withRedisClient(cluster.configuration) { client in
                    try await client.ping(deadline: .after(.seconds(20)))
                    let tally = CallTally()
                    try await withLoad(Self.taskCount) { task in
                        await tally.increment("n\(task)", client, within: .seconds(10))
                    } while: {
                        let isBusy = try await eventually { tally.successes > 500 }
                        #expect(isBusy)
                        // The master lets its replica catch up before it hands over, so nothing is lost.
                        for replica in cluster.replicas { try await cluster.failover(to: replica) }
                        try await cluster.failover(to: cluster.masters[0])
                    }
                    #expect(tally.uncertain == 0 && tally.lateness < CallTally.latenessMax, "\(tally.summary)")
                    #expect(tally.codes.isEmpty, "\(tally.summary)")
                    #expect(try await tally.differences(client) == [])
                }
            }
        }

        @Test func `slots move while connections break and nothing is lost or doubled`() async throws {
            var options = RedisClusterFixture.Options()
            options.hasProxies = true
            try await RedisClusterFixture.with(options) { cluster in
                var configuration = cluster.configuration
                configuration.reconnect = Backoff(initial: .milliseconds(10), maximum: .milliseconds(100))
                try await withRedisClient(configuration) { client in
                    try await client.ping(deadline: .after(.seconds(20)))
                    let tally = CallTally()
                    let keys = (0..<Self.taskCount).map { "counter:\($0)" }
                    try await withLoad(Self.taskCount) { task in
                        await tally.increment(keys[task], client, within: .seconds(5))
                    } while: {
                        for (round, key) in keys.prefix(20).enumerated() {
                            let proxy = cluster.masters[round % 3].proxy
                            proxy?.apply(
                                .cut(afterBytes: 500, of: round % 2 == 0 ? .replies : .requests, repeats: true)
                            )
                            let slot = try await cluster.slot(of: key)
                            let owner = try await cluster.owner(of: slot)
                            let target = try #require(cluster.masters.first { $0.id != owner.id })
                            try await cluster.migrate(slot: slot, to: target)
                            proxy?.heal()
                        }
                    }
                    #expect(tally.lateness < CallTally.latenessMax && tally.uncertain > 0, "\(tally.summary)")
                    #expect(
                        Set(tally.codes.keys).isSubset(of: [.connectionLost, .deadlineExceeded]),
                        "\(tally.summary)"
                    )
                    #expect(try await tally.differences(client) == [], "\(tally.summary)")
                }
            }
        }

        @Test func `a stalled node holds up no deadline and no call to others`() async throws {
            var options = RedisClusterFixture.Options()
            // Nobody is to be declared dead meanwhile.
            options.nodeTimeout = .seconds(30)
            try await RedisClusterFixture.with(options) { cluster in
                try await withRedisClient(cluster.configuration) { client in
                    let keys = (0..<60).map { "key:\($0)" }
                    for key in keys { try await client.set(key, "0", deadline: .after(.seconds(20))) }
                    var owners: [String: String] = [:]
                    for key in keys { owners[key] = try await cluster.owner(of: cluster.slot(of: key)).id }
                    let stalled = cluster.masters[1]
                    let (theirs, others) = (CallTally(), CallTally())
                    let isStalled = owners.mapValues { $0 == stalled.id }
                    stalled.server.stall()
                    await withTaskGroup(of: Void.self) { group in
                        for key in keys {
                            group.addTask {
                                guard isStalled[key] == true else {
                                    for _ in 0..<20 { await others.increment(key, client) }
                                    return
                                }
                                await theirs.increment(key, client, within: .milliseconds(500))
                            }
                        }
                    }
                    #expect(others.codes.isEmpty && others.successes > 20, "\(others.summary)")
                    #expect(theirs.successes == 0 && theirs.lateness < CallTally.latenessMax, "\(theirs.summary)")
                    #expect(Set(theirs.codes.keys).isSubset(of: [.deadlineExceeded, .connectionLost]))
                    stalled.server.resume()
                    for key in keys { #expect(try await client.incr(key, deadline: .after(.seconds(20))) > 0) }
                }
            }
        }

        @Test func `a client may be started before its cluster`() async throws {
            try await RedisClusterFixture.with { cluster in
                for node in cluster.nodes { node.server.kill() }
                try await withRedisClient(cluster.configuration) { client in
                    let tally = CallTally()
                    let early = await tally.increment("n", client, within: .seconds(3))
                    #expect(early?.code == .deadlineExceeded && early?.mayHaveBeenApplied == false)
                    #expect(early?.cause != nil, "\(early?.description ?? "")")
                    let waiting = Task { try await client.incr("n", deadline: .after(.seconds(30))) }
                    for node in cluster.nodes { try node.server.start() }
                    #expect(try await waiting.value == 1)
                    #expect(tally.lateness < CallTally.latenessMax)
                }
            }
        }
    }
}
