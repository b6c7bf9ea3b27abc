import Redis
import ServerRuntime
import TestKit
import Testing

extension RedisServerSuites {
    /// A server that dies, a queue that fills, and callers that change their minds.
    @Suite(.serialized) struct RedisLoadFaultTests {
        private static var patience: Deadline { .after(.seconds(20)) }

        @Test(arguments: [1, 4]) func `a server killed ten times under load loses and doubles nothing`(
            sharedConnections: Int
        ) async throws {
            var options = RedisServerProcess.Options()
            // What it confirms is on disk, so each confirmed increment must be there.
            options.isPersistent = true
            try await RedisServerProcess.with(options) { server in
                var configuration = server.configuration
                configuration.reconnect = Backoff(initial: .milliseconds(10), maximum: .milliseconds(100))
                configuration.sharedConnections = sharedConnections
                try await withRedisClient(configuration) { client in
                    let tally = CallTally()
                    try await withLoad(200) { task in
                        await tally.increment("n\(task)", client, within: .seconds(3))
                    } while: {
                        for _ in 0..<10 {
                            let successes = tally.successes
                            let goesOn = try await eventually { tally.successes > successes + 400 }
                            #expect(goesOn, "\(tally.summary)")
                            server.kill()
                            try server.start()
                        }
                        try await server.waitUntilReady()
                    }
                    #expect(tally.lateness < CallTally.latenessMax, "\(tally.summary)")
                    #expect(Set(tally.codes.keys).isSubset(of: [.connectionLost, .deadlineExceeded]))
                    #expect(try await tally.differences(client) == [], "\(tally.summary)")
                    #expect(client.connectionGeneration > 5)
                }
            }
        }

        @Test func `calls cancelled at random keep the order and leave no place taken`() async throws {
            try await RedisServerProcess.with { server in
                var configuration = server.configuration
                configuration.pendingCommandsMax = 200
                try await withRedisClient(configuration) { client in
                    try await client.ping(deadline: Self.patience)
                    var random = Seed.fresh().generator()
                    for _ in 0..<10 {
                        let calls = (0..<100).map { number in
                            Task { try await client.send(.echo(.string("\(number)")), deadline: Self.patience) }
                        }
                        for call in calls.shuffled(using: &random).prefix(60) {
                            call.cancel()
                            if Int.random(in: 0..<8, using: &random) == 0 { await Task.yield() }
                        }
                        for (number, call) in calls.enumerated() {
                            switch await call.result {
                            case .success(let reply): #expect(reply == "\(number)")
                            case .failure(let error): #expect((error as? RedisError)?.code == .cancelled)
                            }
                        }
                    }
                    // Calls in flight keep their places until their replies have come, which are before this one's.
                    try await client.ping(deadline: Self.patience)
                    // 600 calls were cancelled; a place kept by a third of them would fill the queue.
                    let replies = try await client.send(
                        pipeline: (0..<200).map { .echo(.string("\($0)")) },
                        deadline: Self.patience
                    )
                    #expect(try replies.map { try $0.get() } == (0..<200).map { "\($0)" })
                    #expect(client.connectionGeneration == 1)
                }
            }
        }

        @Test func `cancelled calls that were not sent leave no place taken`() async throws {
            try await RedisServerProcess.with { server in
                server.kill()
                var configuration = server.configuration
                configuration.pendingCommandsMax = 50
                try await withRedisClient(configuration) { client in
                    var odd: [String] = []
                    for _ in 0..<20 {
                        let calls = (0..<50).map { _ in
                            Task {
                                await redisError { () throws(RedisError) in
                                    try await client.incr("n", deadline: Self.patience)
                                }
                            }
                        }
                        for call in calls { call.cancel() }
                        for call in calls {
                            let error = await call.value
                            if error?.code != .cancelled || error?.mayHaveBeenApplied != false {
                                odd.append(error?.description ?? "no error")
                            }
                        }
                    }
                    #expect(odd.isEmpty, "\(odd.count) of 1000, as \(odd.first ?? "")")
                    let waiting = Task { try await client.incr("n", deadline: Self.patience) }
                    try server.start()
                    #expect(try await waiting.value == 1)
                }
            }
        }

        @Test func `a full queue refuses one more call and takes calls again`() async throws {
            try await RedisServerProcess.with { server in
                var configuration = server.configuration
                configuration.pendingCommandsMax = 20
                try await withRedisClient(configuration) { client in
                    try await client.ping(deadline: Self.patience)
                    server.stall()
                    let calls = (0..<30).map { _ in
                        Task {
                            await redisError { () throws(RedisError) in
                                try await client.incr("n", deadline: Self.patience)
                            }
                        }
                    }
                    // Ten of them end at once, the others wait for the server.
                    var refused = 0
                    let isRefused = try await eventually {
                        refused = 0
                        let error = await redisError { () throws(RedisError) in
                            try await client.incr("n", deadline: .after(.milliseconds(100)))
                        }
                        return error?.code == .queueFull && error?.mayHaveBeenApplied == false
                    }
                    #expect(isRefused)
                    server.resume()
                    for call in calls {
                        guard let error = await call.value else { continue }
                        #expect(error.code == .queueFull && error.isRetryable)
                        refused += 1
                    }
                    #expect(refused >= 10)
                    #expect(try await client.ping(deadline: Self.patience) == "PONG")
                    let value = try await client.get("n", as: Int.self) ?? 0
                    #expect(value >= 30 - refused && value <= 20)
                }
            }
        }

        @Test func `bytes are limited as well as commands`() async throws {
            try await RedisServerProcess.with { server in
                var configuration = server.configuration
                configuration.pendingBytesMax = 10_000
                configuration.replyBytesMax = 100_000
                try await withRedisClient(configuration) { client in
                    try await client.set("key", "small", deadline: Self.patience)
                    let error = await redisError { () throws(RedisError) in
                        try await client.set("key", .bytes([UInt8](repeating: 0, count: 20_000)))
                    }
                    #expect(error?.code == .queueFull && error?.mayHaveBeenApplied == false)
                    #expect(try await client.get("key") == "small")
                    try await client.send(RedisCommand("SETRANGE", ["long", 200_000, "x"]))
                    let tooLong = await redisError { () throws(RedisError) in try await client.get("long") }
                    #expect(tooLong?.code == .protocolViolation, "\(tooLong?.description ?? "")")
                    #expect(try await client.get("key", deadline: Self.patience) == "small")
                }
            }
        }

        @Test func `deadlines hold one by one on a stalled server`() async throws {
            try await RedisServerProcess.with { server in
                try await withRedisClient(server.configuration) { client in
                    try await client.ping(deadline: Self.patience)
                    server.stall()
                    let tally = CallTally()
                    await withTaskGroup(of: Void.self) { group in
                        for number in 0..<200 {
                            group.addTask {
                                await tally.increment("n", client, within: .milliseconds(100 + 5 * number))
                            }
                        }
                    }
                    #expect(tally.codes == [.deadlineExceeded: 200], "\(tally.summary)")
                    #expect(tally.lateness < CallTally.latenessMax, "\(tally.summary)")
                    server.resume()
                    #expect(try await client.get("n", as: Int.self, deadline: Self.patience) ?? 0 <= 200)
                }
            }
        }
    }
}
