import Foundation
import ServerRuntime
import TestKit
import Testing

@Suite(
    .enabled(if: RedisServerProcess.isAvailable, "redis-server is not installed"),
    .serialized,
    .timeLimit(.minutes(2))
)
struct RedisServerProcessTests {
    @Test func `a server is ready, takes commands and redis-cli, and is gone afterwards`() async throws {
        let (port, pid) = try await RedisServerProcess.with(password: "secret") { server in
            #expect(try await server.send(["SET", "key", "value"]) == .status("OK"))
            #expect(try await server.cli(["GET", "key"]) == "value\n")
            let pid = try #require(try await server.info("process_id"))
            #expect(server.output.contains("Ready to accept connections"))
            return (server.port, pid)
        }
        #expect(!LoopbackPort.accepts(port))
        #expect(!FileManager.default.fileExists(atPath: "/proc/\(pid)"))
    }

    @Test func `a server ends although the test throws`() async throws {
        struct Stop: Error {}
        var port = 0
        await #expect(throws: Stop.self) {
            try await RedisServerProcess.with { server in
                port = server.port
                throw Stop()
            }
        }
        #expect(port != 0 && !LoopbackPort.accepts(port))
    }

    @Test func `a server that cannot start is reported with its output`() async throws {
        var options = RedisServerProcess.Options()
        options.settings = ["no-such-setting yes"]
        let error = await #expect(throws: RedisServerProcess.Failure.self) {
            try await RedisServerProcess.with(options) { _ in }
        }
        #expect(error?.description.contains("no-such-setting") == true)
    }

    @Test func `redis-cli is killed at its time limit`() async throws {
        try await RedisServerProcess.with { server in
            let start = ContinuousClock.now
            await #expect(throws: RedisServerProcess.Failure.self) {
                _ = try await server.cli(["BLPOP", "none", "0"], within: .milliseconds(300))
            }
            #expect(start.duration(to: .now) < .seconds(3))
        }
    }

    @Test func `only a persistent server keeps its data when it is killed`() async throws {
        for isPersistent in [false, true] {
            var options = RedisServerProcess.Options()
            options.isPersistent = isPersistent
            try await RedisServerProcess.with(options) { server in
                try await server.expect("SET", "key", "value")
                server.kill()
                #expect(!server.isRunning)
                try server.start()
                try await server.waitUntilReady()
                #expect(try await server.send(["GET", "key"]) == (isPersistent ? .bulk("value") : .null))
            }
        }
    }

    @Test func `a replica follows its master and users have their rights`() async throws {
        var options = RedisServerProcess.Options()
        options.password = "secret"
        options.users = ["alice on >wonderland ~a:* +get +set"]
        let alice = ["--user", "alice", "--pass", "wonderland"]
        try await RedisServerProcess.with(options) { master in
            #expect(try await master.cli(alice + ["SET", "a:1", "x"]).contains("OK"))
            #expect(try await master.cli(alice + ["SET", "b", "x"]).contains("NOPERM"))
            options.replicaOf = master.port
            try await RedisServerProcess.with(options) { replica in
                let isThere = try await eventually { try await replica.send(["GET", "a:1"]) == .bulk("x") }
                #expect(isThere)
            }
        }
    }

    @Test func `a server with TLS asks for certificates on its second port`() async throws {
        let certificates = try await onThread { try TestCertificates.shared() }
        var options = RedisServerProcess.Options()
        options.tls = .init(
            certificateFile: certificates.server.certificateFile,
            keyFile: certificates.server.keyFile,
            authorityFile: certificates.authority.certificateFile,
            requiresClientCertificate: true
        )
        try await RedisServerProcess.with(options) { server in
            let authority = [
                "--tls", "-p", "\(server.tlsPort ?? 0)", "--cacert", certificates.authority.certificateFile,
            ]
            let own = ["--cert", certificates.client.certificateFile, "--key", certificates.client.keyFile]
            let answer = try await server.cli(authority + own + ["PING"])
            #expect(answer == "PONG\n")
            await #expect(throws: RedisServerProcess.Failure.self) { _ = try await server.cli(authority + ["PING"]) }
        }
    }

    @Test func `a server dies with the process that started it`() async throws {
        // The shell stands for a test run: its child asks for the same signal.
        let folder = try TemporaryFolder("guard")
        let port = try TestPorts.take()
        defer { TestPorts.release(port) }
        let script = "setpriv --pdeathsig KILL -- redis-server --port \(port) --save '' --dir \(folder.path) & wait"
        let shell = try GuardedProcess("/bin/sh", ["-c", script], outputPath: "\(folder.path)/output")
        #expect(try await eventually { LoopbackPort.accepts(port) })
        shell.kill()
        #expect(try await eventually { !LoopbackPort.accepts(port) })
    }
}
