import Logging
import ServerRuntime
import Testing

@testable import Redis

/// What a client does without any server.
@Suite struct RedisClientTests {
    @Test func `a call before run ends at its deadline`() async {
        let client = RedisClient(RedisConfiguration(), logger: Logger(label: "test"))
        let error = await Self.error { () throws(RedisError) in
            try await client.send(.ping, deadline: .after(.milliseconds(20)))
        }
        #expect(error?.code == .deadlineExceeded && error?.mayHaveBeenApplied == false)
    }

    @Test func `a deadline that has passed sends nothing`() async {
        let client = RedisClient(RedisConfiguration(), logger: Logger(label: "test"))
        let error = await Self.error { () throws(RedisError) in try await client.send(.ping, deadline: .after(.zero)) }
        #expect(error?.code == .deadlineExceeded)
    }

    @Test func `a cancelled call ends at once and gives back its place`() async {
        let client = RedisClient(RedisConfiguration(), logger: Logger(label: "test"))
        let call = Task { () async -> RedisError? in
            await Self.error { () throws(RedisError) in try await client.send(.ping, deadline: .after(.seconds(60))) }
        }
        call.cancel()
        #expect(await call.value?.code == .cancelled)
    }

    @Test func `a full queue refuses and an empty pipeline needs no server`() async throws {
        let client = RedisClient(RedisConfiguration(pendingCommandsMax: 2), logger: Logger(label: "test"))
        let commands = [RedisCommand<String>](repeating: .ping, count: 3)
        let error = await Self.error { () throws(RedisError) in try await client.send(pipeline: commands) }
        #expect(error?.code == .queueFull && error?.isRetryable == true)
        let bytes = RedisClient(RedisConfiguration(pendingBytesMax: 10), logger: Logger(label: "test"))
        #expect(await Self.error { () throws(RedisError) in try await bytes.send(.get("key")) }?.code == .queueFull)
        #expect(try await client.sendRaw(pipeline: [], deadline: nil) == [])
    }

    @Test(arguments: ["AUTH", "select", "Subscribe", "PSUBSCRIBE", "HELLO", "QUIT", "MONITOR", "RESET", ""])
    func `commands that change the connection for everybody are refused`(name: String) async {
        let client = RedisClient(RedisConfiguration(), logger: Logger(label: "test"))
        let error = await Self.error { () throws(RedisError) in try await client.send(RedisCommand(name, ["x"])) }
        #expect(error?.code == .invalidArgument)
        let pipeline = await Self.error { () throws(RedisError) in
            try await client.send(pipeline: [RedisCommand("PING"), RedisCommand(name, ["x"])])
        }
        #expect(pipeline?.code == .invalidArgument)
    }

    @Test func `an unreachable server is named when the deadline passes and run ends when cancelled`() async {
        // Port 1 of loopback: nobody listens there.
        let client = RedisClient(RedisConfiguration(port: 1), logger: Logger(label: "test"))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await client.run() }
            // On a busy machine the first deadlines may pass before `run()` has had its turn.
            var error: RedisError?
            for _ in 0..<100 where error?.description.contains("refused") != true {
                error = await Self.error { () throws(RedisError) in
                    try await client.send(.ping, deadline: .after(.milliseconds(100)))
                }
            }
            #expect(error?.code == .deadlineExceeded && error?.mayHaveBeenApplied == false)
            #expect(error?.description.contains("127.0.0.1:1") == true)
            #expect(error?.description.contains("refused") == true)
            group.cancelAll()
        }
        #expect(await Self.error { () throws(RedisError) in try await client.send(.ping) }?.code == .closed)
        #expect(await Self.error { () throws(RedisError) in try await client.run() }?.code == .alreadyRunning)
        let next = await Self.error { () throws(RedisError) in try await client.connection(after: 0) }
        #expect(next?.code == .closed && client.connectionGeneration == 0 && !client.isConnected)
    }

    static func error<Value>(_ body: () async throws(RedisError) -> Value) async -> RedisError? {
        do throws(RedisError) {
            _ = try await body()
            return nil
        } catch {
            return error
        }
    }
}
