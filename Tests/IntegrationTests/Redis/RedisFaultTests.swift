import Redis
import ServerRuntime
import TestKit
import Testing

@Suite(.enabled(if: RedisServerProcess.isAvailable, "redis-server is not installed"), .serialized)
struct RedisFaultTests {
    @Test func `a client recovers from a server that was killed and started again`() async throws {
        try await RedisServerProcess.with(password: "pass") { server in
            try await withRedisClient(server.configuration) { client in
                try await client.set("key", "before", deadline: .after(.seconds(20)))
                #expect(client.connectionGeneration == 1)
                let next = Task { try await client.connection(after: 1) }
                server.kill()
                let waiting = Task { try await client.send(.get("key"), deadline: .after(.seconds(20))) }
                let early = await redisError { () throws(RedisError) in
                    try await client.send(.ping, deadline: .after(.milliseconds(200)))
                }
                #expect(early != nil)
                try server.start()
                #expect(try await next.value == 2)
                // Sent to the old connection it fails, which is allowed; kept back it meets an empty server.
                let outcome = await waiting.result
                if case .success(let value) = outcome { #expect(value == nil) }
                #expect(try await client.ping() == "PONG")
                #expect(client.isConnected && client.connectionGeneration == 2)
            }
        }
    }

    @Test func `calls made while there is no server are sent once there is one`() async throws {
        try await RedisServerProcess.with { server in
            server.kill()
            try await withRedisClient(server.configuration) { client in
                let calls = Task {
                    try await withThrowingTaskGroup(of: Int.self) { group in
                        for _ in 0..<20 {
                            group.addTask {
                                try await client.incr("n", deadline: .after(.seconds(20)))
                            }
                        }
                        return try await group.reduce(into: Set()) { $0.insert($1) }
                    }
                }
                let expired = await redisError { () throws(RedisError) in
                    try await client.send(.incr("n"), deadline: .after(.milliseconds(100)))
                }
                #expect(expired?.code == .deadlineExceeded && expired?.mayHaveBeenApplied == false)
                try server.start()
                #expect(try await calls.value == Set(1...20))
            }
        }
    }

    @Test func `a stalled server does not hold up a deadline and late replies are dropped`() async throws {
        try await RedisServerProcess.with { server in
            try await withRedisClient(server.configuration) { client in
                try await client.send(.ping, deadline: .after(.seconds(20)))
                server.stall()
                let start = ContinuousClock.now
                let errors = await withTaskGroup(of: RedisError?.self) { group in
                    for _ in 0..<20 {
                        group.addTask {
                            await redisError { () throws(RedisError) in
                                try await client.send(.incr("n"), deadline: .after(.milliseconds(300)))
                            }
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                let duration = start.duration(to: .now)
                #expect(duration >= .milliseconds(300) && duration < .milliseconds(900), "\(duration)")
                #expect(errors.allSatisfy { $0?.code == .deadlineExceeded && $0?.mayHaveBeenApplied == true })
                server.resume()
                #expect(try await client.get("n", as: Int.self, deadline: .after(.seconds(20))) == 20)
                #expect(client.connectionGeneration == 1)
            }
        }
    }

    @Test func `a connection that stays silent is given up and made anew`() async throws {
        try await RedisServerProcess.with { server in
            var configuration = server.configuration
            configuration.stallTimeout = .milliseconds(200)
            try await withRedisClient(configuration) { client in
                try await client.send(.ping, deadline: .after(.seconds(20)))
                server.stall()
                let next = Task { try await client.connection(after: 1) }
                let late = await redisError { () throws(RedisError) in
                    try await client.send(.ping, deadline: .after(.milliseconds(100)))
                }
                #expect(late?.code == .deadlineExceeded)
                // Behind the overdue reply: ended by the loss of the connection, long before its own deadline.
                let behind = await redisError { () throws(RedisError) in
                    try await client.send(.ping, deadline: .after(.seconds(20)))
                }
                #expect(behind?.code == .connectionLost && behind?.mayHaveBeenApplied == true)
                server.resume()
                #expect(try await next.value >= 2)
            }
        }
    }

    @Test(arguments: [0, 1, 7, 500]) func `a connection cut mid-reply fails the call and the next call works`(
        bytes: Int
    ) async throws {
        try await RedisServerProcess.with { server in
            let proxy = try FaultProxy(to: server.port)
            defer { proxy.close() }
            try await withRedisClient(RedisConfiguration(port: proxy.port)) { client in
                let value = [UInt8](repeating: 65, count: 2_000)
                try await client.set("key", .bytes(value), deadline: .after(.seconds(20)))
                proxy.cut(afterReplyBytes: bytes)
                let error = await redisError { () throws(RedisError) in try await client.send(.get("key")) }
                #expect(error?.code == .connectionLost && error?.mayHaveBeenApplied == true)
                #expect(error?.isRetryable == true)
                #expect(try await client.get("key", as: [UInt8].self) == value)
                #expect(client.connectionGeneration == 2)
            }
        }
    }

    @Test func `replies that arrived before a cut reach their callers`() async throws {
        try await RedisServerProcess.with { server in
            let proxy = try FaultProxy(to: server.port)
            defer { proxy.close() }
            try await withRedisClient(RedisConfiguration(port: proxy.port)) { client in
                try await client.send(.ping, deadline: .after(.seconds(20)))
                // One whole reply of 7 bytes, and three bytes of the next.
                proxy.cut(afterReplyBytes: 10)
                let outcomes = await withTaskGroup(of: Bool.self) { group in
                    for _ in 0..<2 {
                        group.addTask {
                            await redisError { () throws(RedisError) in try await client.send(.ping) } == nil
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(outcomes.count { $0 } == 1)
            }
        }
    }

    @Test(arguments: ["wrong", ""]) func `a wrong password reaches every caller in the words of the server`(
        password: String
    ) async throws {
        try await RedisServerProcess.with(password: "right") { server in
            var configuration = server.configuration
            configuration.password = password
            try await withRedisClient(configuration) { client in
                let expected = password.isEmpty ? "NOAUTH" : "WRONGPASS"
                for _ in 0..<3 {
                    let error = await redisError { () throws(RedisError) in
                        try await client.send(.ping, deadline: .after(.seconds(20)))
                    }
                    #expect(error?.code == .handshakeRefused && error?.isRetryable == false)
                    #expect(error?.message.contains(expected) == true)
                    #expect(error?.description.contains("wrong") == false, "no password in a text")
                }
            }
        }
    }

    @Test func `an unknown database is an error that names it and not a wrong one in silence`() async throws {
        try await RedisServerProcess.with { server in
            var configuration = server.configuration
            configuration.database = 9_999
            try await withRedisClient(configuration) { client in
                let error = await redisError { () throws(RedisError) in
                    try await client.send(.ping, deadline: .after(.seconds(20)))
                }
                #expect(error?.code == .handshakeRefused && error?.message.contains("SELECT") == true)
            }
        }
    }

    @Test func `closing the client fails what is in flight and what comes later`() async throws {
        try await RedisServerProcess.with { server in
            let (pending, client) = try await withRedisClient(server.configuration) { client in
                try await client.send(.ping, deadline: .after(.seconds(20)))
                server.stall()
                let pending = Task {
                    await redisError { () throws(RedisError) in
                        try await client.send(.ping, deadline: .after(.seconds(60)))
                    }
                }
                for _ in 0..<100 { await Task.yield() }
                return (pending, client)
            }
            #expect(await pending.value?.code == .closed)
            #expect(await redisError { () throws(RedisError) in try await client.send(.ping) }?.code == .closed)
            server.resume()
        }
    }
}
