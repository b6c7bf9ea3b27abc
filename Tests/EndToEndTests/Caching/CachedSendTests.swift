import Glibc
import IMClient
import IMProtocol
import IMStorage
import Postgres
import Redis
import ServerRuntime
import TestKit
import Testing

/// Sends of a real server whose users are cached.
@Suite(.serialized, .enabled(if: Stack.kafka.isUp, "scripts/stack up"), .timeLimit(.minutes(5)))
struct CachedSendTests {
    @Test func `a send between cached users asks Postgres nothing`() async throws {
        try await ServerUnderTest.run { server in
            let process = try await server.start()
            let users = try await server.users(2)
            let client = try await server.connect(users[0])
            _ = try await client.sendMessage(Self.message(users))
            try await server.postgres.transaction { transaction in
                // Whoever reads the table now waits for the end of this transaction.
                try await transaction.query("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
                let begin = ContinuousClock.now
                for _ in 1...20 { _ = try await client.sendMessage(Self.message(users)) }
                #expect(ContinuousClock.now - begin < .seconds(5))
            }
            await client.close()
            process.signal(SIGTERM)
            #expect(try await process.wait(atMost: .seconds(20)) == 0, "\(process.errorOutput.suffix(2000))")
        }
    }

    @Test func `a receiver who was looked up in vain can be written to once registered`() async throws {
        try await ServerUnderTest.run { server in
            let process = try await server.start()
            let sender = try await server.users(1)[0]
            let admin = try await server.api.adminToken(secret: ServerUnderTest.secret, userID: "imAdmin")
            let client = try await server.connect(sender)
            for round in 1...3 {
                let receiver = "late_\(round)_\(UInt32.random(in: .min ... .max))"
                let users = [sender, (receiver, "")]
                let error = await #expect(throws: IMError.self) { try await client.sendMessage(Self.message(users)) }
                #expect(error?.code == ErrorCode.recordNotFound.rawValue)
                try await server.api.register([(receiver, "late")], adminToken: admin)
                _ = try await client.sendMessage(Self.message(users))
            }
            await client.close()
            process.signal(SIGTERM)
            #expect(try await process.wait(atMost: .seconds(20)) == 0, "\(process.errorOutput.suffix(2000))")
        }
    }

    /// With a local cache, and without: then each send asks Redis, or Postgres in its stead.
    @Test(arguments: [100, 0]) func `sends go on while Redis is away and when it comes back`(slots: Int) async throws {
        try await ServerUnderTest.run { server in
            try await FaultProxy.with(to: Stack.redis.port) { proxy in
                let settings = ["IMENV_LOCAL_CACHE_USER_SLOTNUM": "\(slots)"]
                let process = try await server.start(extra: Self.redis(at: proxy).merging(settings) { $1 })
                let users = try await server.users(2)
                let client = try await server.connect(users[0])
                var sent: [String] = []
                func send(for duration: Duration) async throws {
                    let end = ContinuousClock.now.advanced(by: duration)
                    while ContinuousClock.now < end {
                        let message = Self.message(users)
                        let begin = ContinuousClock.now
                        _ = try await client.sendMessage(message)
                        #expect(ContinuousClock.now - begin < .seconds(3))
                        sent.append(message.clientMsgID)
                        try await Task.sleep(for: .milliseconds(20))
                    }
                }
                try await send(for: .milliseconds(300))
                proxy.apply(.refuse)
                proxy.apply(.reset)
                try await send(for: .seconds(2))
                proxy.heal()
                try await send(for: .seconds(1))
                let stored = try await server.stored(
                    "si_" + users.map(\.userID).sorted().joined(separator: "_"),
                    count: sent.count,
                    accepted: sent
                )
                #expect(Set(stored.mongo.values) == Set(sent))
                await client.close()
                process.signal(SIGTERM)
                #expect(try await process.wait(atMost: .seconds(20)) == 0, "\(process.errorOutput.suffix(2000))")
            }
        }
    }

    @Test func `a server that is killed between commit and invalidation leaves nothing stale`() async throws {
        try await ServerUnderTest.run { server in
            let receiver = "killed_\(UInt32.random(in: .min ... .max))"
            try await self.kill(server, whileRegistering: receiver)
            let second = try await server.start()
            let begin = ContinuousClock.now
            let sender = try await server.users(1)[0]
            let client = try await server.connect(sender)
            let isRepaired = try await eventually {
                do {
                    _ = try await client.sendMessage(Self.message([sender, (receiver, "")]))
                    return true
                } catch {
                    #expect((error as? IMError)?.code == ErrorCode.recordNotFound.rawValue)
                    return false
                }
            }
            #expect(isRepaired)
            #expect(ContinuousClock.now - begin < DataChanges.settleTime + InvalidationRelay.pollInterval)
            #expect(try await eventually { try await Self.owed(server) == 0 })
            await client.close()
            second.signal(SIGTERM)
            #expect(try await second.wait(atMost: .seconds(20)) == 0, "\(second.errorOutput.suffix(2000))")
        }
    }

    /// Ends a server when the registration of a user is committed, and before anything of it has reached Redis, where the user
    /// is known to be absent.
    private func kill(_ server: ServerUnderTest, whileRegistering userID: String) async throws {
        try await FaultProxy.with(to: Stack.redis.port) { proxy in
            let process = try await server.start(extra: Self.redis(at: proxy))
            try #require(try await eventually { process.errorOutput.contains("cache invalidations are received") })
            let sender = try await server.users(1)[0]
            let admin = try await server.api.adminToken(secret: ServerUnderTest.secret, userID: "imAdmin")
            let client = try await server.connect(sender)
            await #expect(throws: IMError.self) { try await client.sendMessage(Self.message([sender, (userID, "")])) }
            try #require(try await eventually { try await Self.owed(server) == 0 })
            // After this the server knows the administrator's token without Redis.
            let other = "other_\(userID)"
            try await server.api.register([(other, "other")], adminToken: admin)
            try #require(try await Self.owed(server) == 1)
            proxy.apply(.stall(.requests))
            let request = Task { try await server.api.register([(userID, "killed")], adminToken: admin) }
            try #require(try await eventually { try await Self.owed(server) == 2 }, "the change is not committed")
            process.signal(SIGKILL)
            #expect(try await process.wait(atMost: .seconds(5)) == 128 + SIGKILL)
            _ = await request.result
            await client.close()
        }
        let entry = try await self.entry(userID, server)
        #expect(entry["value"]?.isEmpty == true && entry["lockUntil"] == nil, "it is not known to be absent: \(entry)")
    }

    /// What Redis holds of a user.
    private func entry(_ userID: String, _ server: ServerUnderTest) async throws -> [String: String] {
        let redis = RedisClient(
            RedisConfiguration(
                port: Stack.redis.port,
                password: Stack.redis.password,
                database: server.redisDatabase
            ),
            logger: CacheStack.logger
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await redis.run() }
            defer { group.cancelAll() }
            return try await redis.send(.hgetall(CacheKey.userInfo(userID)))
        }
    }

    private static func owed(_ server: ServerUnderTest) async throws -> Int64 {
        let rows = try await server.postgres.query("SELECT count(*) AS n FROM cache_invalidations")
        return try #require(rows.first).decode("n")
    }

    private static func message(_ users: [(userID: String, token: String)]) -> Openim_Sdkws_MsgData {
        TextMessage.single("hello", from: users[0].userID, to: users[1].userID)
    }

    private static func redis(at proxy: FaultProxy) -> [String: String] {
        ["IMENV_REDIS_ADDRESS": "127.0.0.1:\(proxy.port)"]
    }
}
