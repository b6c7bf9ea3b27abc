import Redis
import ServerRuntime
import TestKit
import Testing

extension RedisServerSuites {
    /// Connections that one caller has for itself.
    @Suite(.serialized) struct RedisLeaseTests {
        private static var patience: Deadline { .after(.seconds(20)) }

        private func withClient(
            connectionsMax: Int = 64,
            idleTimeout: Duration = .seconds(60),
            _ body: (RedisServerProcess, RedisClient) async throws -> Void
        ) async throws {
            try await RedisServerProcess.with { server in
                var configuration = server.configuration
                configuration.clientName = "leases"
                configuration.leasedConnectionsMax = connectionsMax
                configuration.leasedConnectionIdleTimeout = idleTimeout
                try await withRedisClient(configuration) { client in
                    try await client.ping(deadline: Self.patience)
                    try await body(server, client)
                }
            }
        }

        /// How many connections of the client the server sees.
        private func connectionCount(_ server: RedisServerProcess) async throws -> Int {
            let list = try await server.expect("CLIENT", "LIST").text ?? ""
            return list.split(separator: "\n").count { $0.contains(" name=leases ") }
        }

        @Test func `blocking commands hold up nobody else`() async throws {
            try await self.withClient { _, client in
                let blocked = (0..<10).map { number in
                    Task { try await client.send(.blpop(["list\(number)"], timeout: .seconds(15))) }
                }
                let tally = CallTally()
                for number in 0..<200 { await tally.increment("n\(number % 7)", client, within: .seconds(1)) }
                #expect(tally.codes.isEmpty, "\(tally.summary)")
                for number in 0..<10 { try await client.rpush("list\(number)", .init(number)) }
                for (number, task) in blocked.enumerated() {
                    #expect(try await task.value == .init(key: "list\(number)", element: "\(number)"))
                }
                #expect(client.connectionGeneration == 1)
            }
        }

        @Test func `who finds all connections taken is served in turn`() async throws {
            try await self.withClient(connectionsMax: 1) { server, client in
                let order = Shared<[Int]>([])
                let isTaken = Shared(false)
                let holder = Task {
                    try await client.withConnection { connection in
                        isTaken.change { $0 = true }
                        _ = try await connection.send(.blpop(["release"], timeout: .seconds(15)))
                    }
                }
                let hasBegun = try await eventually { isTaken.value }
                #expect(hasBegun)
                var waiters: [Task<Void, any Error>] = []
                for number in 0..<20 {
                    waiters.append(
                        Task {
                            try await client.withConnection(deadline: Self.patience) { connection in
                                order.change { $0.append(number) }
                                try await connection.ping()
                            }
                        }
                    )
                    // Long enough that the next one asks later.
                    try await Task.sleep(for: .milliseconds(10))
                }
                let tally = CallTally()
                let late = await tally.call("late", within: .milliseconds(300)) { deadline throws(RedisError) in
                    _ = try await client.send(.wait(replicas: 1, timeout: .milliseconds(1)), deadline: deadline)
                }
                #expect(late?.code == .deadlineExceeded && late?.mayHaveBeenApplied == false)
                #expect(tally.lateness < CallTally.latenessMax)
                waiters[3].cancel()
                let cancelled = await waiters[3].result
                #expect(throws: RedisError.self) { try cancelled.get() }
                try await client.rpush("release", "x")
                try await holder.value
                for (number, waiter) in waiters.enumerated() where number != 3 { try await waiter.value }
                #expect(order.value == (0..<20).filter { $0 != 3 })
                #expect(try await self.connectionCount(server) == 2)
            }
        }

        @Test func `a changed key makes the transaction conflict`() async throws {
            try await self.withClient { _, client in
                try await client.withConnection { connection in
                    try await connection.watch(["stock"])
                    try await client.set("stock", "1")
                    let error = await redisError { () throws(RedisError) in
                        try await connection.transaction(.set("stock", "2"), .get("stock"))
                    }
                    #expect(error?.code == .transactionConflict && error?.mayHaveBeenApplied == false)
                    try await connection.watch(["stock"])
                    let (_, text) = try await connection.transaction(.set("stock", "3"), .get("stock"))
                    #expect(try text.get() == "3")
                }
                // Everybody takes one; without the watch some would take the same.
                try await client.set("stock", "0")
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<20 {
                        group.addTask { await #expect(throws: Never.self) { try await self.takeOne(client) } }
                    }
                }
                #expect(try await client.get("stock") == "20")
            }
        }

        /// Adds 1 to `stock` the long way.
        private func takeOne(_ client: RedisClient) async throws {
            try await client.withConnection(deadline: Self.patience) { connection in
                while true {
                    try await connection.watch(["stock"], deadline: Self.patience)
                    let stock = try await connection.get("stock", as: Int.self, deadline: Self.patience) ?? 0
                    do {
                        _ = try await connection.transaction(
                            .set("stock", .init(stock + 1)),
                            .get("stock"),
                            deadline: Self.patience
                        )
                        return
                    } catch let error as RedisError where error.code == .transactionConflict {
                        continue
                    }
                }
            }
        }

        @Test func `what a user leaves behind does not reach the next`() async throws {
            struct Stop: Error {}
            try await self.withClient(connectionsMax: 1) { server, client in
                let first = try await client.withConnection { connection in
                    try await connection.send(.clientID)
                }
                let second = try await client.withConnection { connection in
                    try await connection.watch(["key"])
                    return try await connection.send(.clientID)
                }
                #expect(second == first, "a clean connection is kept")
                await #expect(throws: Stop.self) {
                    try await client.withConnection { connection in
                        #expect(try await connection.send(.clientID) != second, "one that watches is not")
                        try await connection.send(RedisCommand("MULTI"))
                        throw Stop()
                    }
                }
                try await client.set("key", "changed")
                try await client.withConnection { connection in
                    let (_, text) = try await connection.transaction(.set("other", "x"), .get("other"))
                    #expect(try text.get() == "x")
                    // Its reply comes when somebody else has the connection, if anybody has.
                    let late = await redisError { () throws(RedisError) in
                        _ = try await connection.send(
                            .blpop(["none"], timeout: .seconds(1)),
                            deadline: .after(.milliseconds(50))
                        )
                    }
                    #expect(late?.code == .deadlineExceeded)
                }
                let reply = try await client.withConnection { connection in try await connection.ping() }
                #expect(reply == "PONG")
                let isTidy = try await eventually { try await self.connectionCount(server) == 2 }
                #expect(isTidy)
            }
        }

        @Test func `a server restart ends what a lease does and the next lease works`() async throws {
            try await self.withClient { server, client in
                let blocked = Task {
                    await redisError { () throws(RedisError) in
                        try await client.send(.blpop(["none"], timeout: .seconds(15)))
                    }
                }
                let isBlocked = try await eventually { try await server.info("blocked_clients") == "1" }
                #expect(isBlocked)
                try await client.withConnection { connection in
                    try await connection.ping()
                    server.kill()
                    #expect(await blocked.value?.code == .connectionLost)
                    try server.start()
                    try await server.waitUntilReady()
                    for _ in 0..<2 {
                        let error = await redisError { () throws(RedisError) in try await connection.ping() }
                        #expect(error?.code == .connectionLost)
                    }
                }
                let reply = try await client.withConnection(deadline: Self.patience) { connection in
                    try await connection.ping(deadline: Self.patience)
                }
                #expect(reply == "PONG")
                // An idle connection that was lost meanwhile is replaced.
                server.kill()
                try server.start()
                try await server.waitUntilReady()
                #expect(try await client.send(.blpop(["none"], timeout: .zero), deadline: Self.patience) == nil)
            }
        }

        @Test func `a blocking command waits for a server that is down`() async throws {
            try await self.withClient { server, client in
                server.kill()
                let isNoticed = try await eventually { !client.isConnected }
                #expect(isNoticed)
                let tally = CallTally()
                let early = await tally.call("early", within: .milliseconds(300)) { deadline throws(RedisError) in
                    _ = try await client.send(.blpop(["list"], timeout: .seconds(1)), deadline: deadline)
                }
                #expect(early?.code == .deadlineExceeded && early?.mayHaveBeenApplied == false)
                #expect(early?.cause != nil && tally.lateness < CallTally.latenessMax)
                let waiting = Task {
                    try await client.send(.blpop(["list"], timeout: .seconds(15)), deadline: Self.patience)
                }
                try server.start()
                try await client.rpush("list", "x", deadline: Self.patience)
                #expect(try await waiting.value == .init(key: "list", element: "x"))
            }
        }

        @Test func `idle connections are used again and closed after their time`() async throws {
            try await self.withClient(idleTimeout: .milliseconds(500)) { server, client in
                for _ in 0..<10 {
                    try await client.withConnection { connection in _ = try await connection.ping() }
                }
                #expect(try await self.connectionCount(server) == 2, "one shared, one leased")
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<8 {
                        group.addTask { _ = try await client.send(.blpop(["l\(number)"], timeout: .seconds(10))) }
                    }
                    let areBlocked = try await eventually { try await server.info("blocked_clients") == "8" }
                    #expect(areBlocked)
                    for number in 0..<8 { try await client.rpush("l\(number)", "x") }
                    try await group.waitForAll()
                }
                // Nobody asks for a connection any more.
                let areClosed = try await eventually(within: .seconds(5)) {
                    try await self.connectionCount(server) == 1
                }
                #expect(areClosed)
            }
        }
    }
}
