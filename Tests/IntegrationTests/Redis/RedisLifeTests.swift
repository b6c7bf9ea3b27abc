import Logging
import Redis
import ServerRuntime
import TestKit
import Testing

extension RedisServerSuites {
    /// The life of a client: before `run()`, its connections one after the other, and after its end.
    @Suite(.serialized) struct RedisLifeTests {
        private static var patience: Deadline { .after(.seconds(20)) }

        @Test func `each loss leads to the next generation`() async throws {
            try await RedisServerProcess.with { server in
                var configuration = server.configuration
                configuration.reconnect = Backoff(initial: .milliseconds(10), maximum: .milliseconds(50))
                try await withRedisClient(configuration) { client in
                    #expect(try await client.connection(after: 0) == 1)
                    for generation in 1...20 {
                        let next = Task { try await client.connection(after: generation) }
                        if generation % 5 == 0 {
                            server.kill()
                            try server.start()
                            try await server.waitUntilReady()
                        } else {
                            try await server.expect("CLIENT", "KILL", "TYPE", "normal")
                        }
                        #expect(try await next.value == generation + 1)
                        #expect(client.connectionGeneration == generation + 1 && client.isConnected)
                    }
                    server.kill()
                    let isNoticed = try await eventually { !client.isConnected }
                    #expect(isNoticed)
                }
            }
        }

        @Test func `who waits for a connection is cancelled or told that the client has ended`() async throws {
            try await RedisServerProcess.with { server in
                let (client, waiting) = try await withRedisClient(server.configuration) { client in
                    try await client.ping(deadline: Self.patience)
                    let cancelled = Task {
                        await redisError { () throws(RedisError) in try await client.connection(after: 1) }
                    }
                    cancelled.cancel()
                    #expect(await cancelled.value?.code == .cancelled)
                    let waiting = Task {
                        await redisError { () throws(RedisError) in try await client.connection(after: 1) }
                    }
                    return (client, waiting)
                }
                #expect(await waiting.value?.code == .closed)
                let late = await redisError { () throws(RedisError) in try await client.connection(after: 1) }
                #expect(late?.code == .closed && !client.isConnected)
                let again = await redisError { () throws(RedisError) in try await client.run() }
                #expect(again?.code == .alreadyRunning)
            }
        }

        @Test func `the executor runs tasks before, during and after the client's life`() async throws {
            try await RedisServerProcess.with { server in
                let client = RedisClient(server.configuration, logger: Logger(label: "redis-test"))
                #expect(await self.sum(on: client) == 4_950)
                let early = Task(executorPreference: client.executor) {
                    try await client.incr("n", deadline: Self.patience)
                }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await client.run() }
                    defer { group.cancelAll() }
                    #expect(try await early.value == 1)
                    #expect(await self.sum(on: client) == 4_950)
                    try await withThrowingTaskGroup(of: Void.self) { calls in
                        for _ in 0..<50 {
                            calls.addTask(executorPreference: client.executor) {
                                for _ in 0..<20 { try await client.incr("n", deadline: Self.patience) }
                            }
                        }
                        try await calls.waitForAll()
                    }
                    #expect(try await client.get("n", as: Int.self) == 1_001)
                }
                #expect(await self.sum(on: client) == 4_950)
                let late = await Task(executorPreference: client.executor) {
                    await redisError { () throws(RedisError) in try await client.ping() }
                }.value
                #expect(late?.code == .closed)
            }
        }

        /// The sum of 0 to 99, added up by tasks that prefer the client's executor.
        private func sum(on client: RedisClient) async -> Int {
            await withTaskGroup(of: Int.self) { group in
                for number in 0..<100 {
                    group.addTask(executorPreference: client.executor) {
                        await Task.yield()
                        return number
                    }
                }
                return await group.reduce(0, +)
            }
        }

        @Test func `calls before run wait for it and end by their deadline without it`() async throws {
            try await RedisServerProcess.with { server in
                let client = RedisClient(server.configuration, logger: Logger(label: "redis-test"))
                let tally = CallTally()
                let error = await tally.increment("n", client, within: .milliseconds(200))
                #expect(error?.code == .deadlineExceeded && error?.mayHaveBeenApplied == false)
                let cancelled = Task { try await client.incr("n", deadline: Self.patience) }
                cancelled.cancel()
                let result = await cancelled.result
                #expect(throws: RedisError.self) { try result.get() }
                let waiting = Task { try await client.incr("n", deadline: Self.patience) }
                let blocked = Task { try await client.send(.blpop(["list"], timeout: .seconds(10))) }
                let subscribed = Task { try await client.subscribe(to: ["news"], deadline: Self.patience) }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await client.run() }
                    defer { group.cancelAll() }
                    #expect(try await waiting.value == 1)
                    try await client.rpush("list", "x")
                    #expect(try await blocked.value == .init(key: "list", element: "x"))
                    let subscription = try await subscribed.value
                    try await client.send(.publish("news", "x"))
                    #expect(try await subscription.next() != nil)
                }
                #expect(tally.lateness < CallTally.latenessMax)
            }
        }
    }
}
