import Glibc
import IMClient
import IMProtocol
import TestKit
import Testing

/// How the program starts, and how it says why it does not.
@Suite(.serialized, .enabled(if: Stack.kafka.isUp, "scripts/stack up"), .timeLimit(.minutes(3)))
struct StartTests {
    @Test func `a part that is down is named with its address and ends the start in time`() async throws {
        try await ServerUnderTest.run { server in
            let port = LoopbackPort.free()
            let process = try server.launch(
                [],
                extra: ["IMENV_REDIS_ADDRESS": "127.0.0.1:\(port)", "IMENV_OPENIM_STARTTIMEOUT": "2s"]
            )
            let code = try await process.wait(atMost: .seconds(20))
            #expect(code == 1)
            #expect(process.errorOutput.contains("gave up after 2.0 seconds: Redis at 127.0.0.1:\(port)"))
            #expect(!process.output.contains("ready"))
        }
    }

    @Test(arguments: [
        (["--roles", "gatway"], [:], "--roles: there is no role \"gatway\"", Int32(1)),
        (["--roles", "api"], [:], "api needs rpc-auth, rpc-msg, rpc-user in the same process", 1),
        (["--index=-1"], [:], "--index must be within 0...9999", 64),
        (["--no-such-flag"], [:], "--no-such-flag", 64),
        ([], ["IMENV_REDIS_DB": "many"], "redis.yml: db: must be a whole number, got \"many\"", 1),
        ([], ["IMENV_REDIS_ADDRESS": "nowhere"], "redis.yml: address: must be host:port, got \"nowhere\"", 1),
        ([], ["IMENV_SHARE_SECRET": ""], "share.yml: secret: must not be empty", 1),
        (["-c", "/does/not/exist"], [:], "/does/not/exist: the configuration folder cannot be read", 1),
    ])
    func `a wrong flag or value is answered by one clear error`(
        arguments: [String],
        environment: [String: String],
        expected: String,
        code: Int32
    ) async throws {
        try await ServerUnderTest.run { server in
            let process = try server.launch(arguments, extra: environment)
            let exitCode = try await process.wait(atMost: .seconds(10))
            #expect(exitCode == code)
            #expect(process.errorOutput.contains(expected), "\(process.errorOutput)")
        }
    }

    @Test func `health tells ready, and SIGTERM ends the process with 0`() async throws {
        try await ServerUnderTest.run { server in
            let process = try await server.start()
            let health = APIProbe(port: server.healthPort, curl: server.curl)
            let live = try await health.get("/healthz/live")
            #expect(live.status == 200)
            let ready = try await health.get("/healthz/ready")
            #expect(ready.status == 200)
            #expect(ready.body == "{\"status\":\"ready\"}\n")
            process.signal(SIGTERM)
            let code = try await process.wait(atMost: .seconds(20))
            #expect(code == 0)
            #expect(process.errorOutput.contains("\"msg\":\"stopped\""))
            #expect(!process.errorOutput.contains(ServerUnderTest.secret), "secrets stay out of the log")
        }
    }

    @Test func `roles can be split over processes that meet in Kafka`() async throws {
        try await ServerUnderTest.run { server in
            let transfer = try await server.start(
                roles: "openim-msgtransfer",
                extra: ["IMENV_OPENIM_HEALTH_PORTS": "\(LoopbackPort.free())"]
            )
            let front = try await server.start(roles: "api,msggateway,push,rpc-auth,rpc-user,rpc-msg")
            let users = try await server.users(2)
            let sender = try await server.connect(users[0])
            let receiver = try await server.connect(users[1])
            let log = PushLog()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await log.follow(receiver) }
                _ = try await sender.sendMessage(.init(from: users[0].userID, to: users[1].userID))
                let pushed = try await log.first(1)
                #expect(pushed.map(\.seq) == [1])
                await receiver.close()
                try await group.waitForAll()
            }
            await sender.close()
            for process in [front, transfer] {
                process.signal(SIGTERM)
                let code = try await process.wait(atMost: .seconds(20))
                #expect(code == 0)
            }
        }
    }
}
