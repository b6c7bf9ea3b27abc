import Glibc
import OpenSSL
import Redis
import ServerRuntime
import Synchronization
import TestKit
import Testing

extension RedisServerSuites {
    /// What a client takes from its process, and that it gives it back.
    @Suite(.serialized) struct RedisResourceTests {
        private static var patience: Deadline { .after(.seconds(20)) }

        /// Uses a client in all its ways for a moment.
        private func use(_ configuration: RedisConfiguration, _ number: Int) async throws {
            try await withRedisClient(configuration) { client in
                try await client.incr("n", deadline: Self.patience)
                if number % 5 == 0 {
                    let subscription = try await client.subscribe(to: ["news"], deadline: Self.patience)
                    try await client.send(.publish("news", "x"))
                    _ = try await subscription.next()
                }
                if number % 3 == 0 { _ = try await client.send(.blpop(["none"], timeout: .zero)) }
                // Some are ended in the middle of a call.
                let pending = Task { try await client.send(.blpop(["none"], timeout: .seconds(15))) }
                if number % 2 == 0 { await Task.yield() }
                if number % 4 == 0 { pending.cancel() }
            }
        }

        @Test func `fifty clients leave no descriptor and no thread behind`() async throws {
            try await RedisServerProcess.with { server in
                // The first one of all makes what lives as long as the process.
                try await self.use(server.configuration, 0)
                let descriptors = OwnProcess.openDescriptors()
                let threads = OwnProcess.threadCount()
                for number in 0..<25 { try await self.use(server.configuration, number) }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<25 { group.addTask { try await self.use(server.configuration, number) } }
                    try await group.waitForAll()
                }
                var now = (descriptors: 0, threads: 0)
                let isClean = try await eventually {
                    now = (OwnProcess.openDescriptors(), OwnProcess.threadCount())
                    return now.descriptors <= descriptors && now.threads <= threads
                }
                #expect(isClean, "before \(descriptors) descriptors, \(threads) threads; now \(now)")
                let isAlone = try await eventually { try await server.info("connected_clients") == "1" }
                #expect(isAlone, "the server sees no connection but the one that asks")
            }
        }

        @Test func `clients of a cluster and of sentinels leave nothing behind`() async throws {
            try await RedisClusterFixture.with { cluster in
                try await RedisSentinelFixture.with { group in
                    for configuration in [cluster.configuration, group.configuration] {
                        try await self.use(configuration, 0)
                        let descriptors = OwnProcess.openDescriptors()
                        let threads = OwnProcess.threadCount()
                        for number in 0..<10 { try await self.use(configuration, number) }
                        let isClean = try await eventually {
                            OwnProcess.openDescriptors() <= descriptors && OwnProcess.threadCount() <= threads
                        }
                        #expect(isClean, "\(configuration.topology)")
                    }
                }
            }
        }

        @Test func `a client that never finds its server leaves nothing behind`() async throws {
            let port = try TestPorts.take()
            defer { TestPorts.release(port) }
            let descriptors = OwnProcess.openDescriptors()
            let threads = OwnProcess.threadCount()
            for topology: RedisTopology in [
                .single, .cluster(seeds: [RedisEndpoint(host: "127.0.0.1", port: port)]),
                .sentinel(
                    RedisSentinels(masterName: "main", endpoints: [RedisEndpoint(host: "127.0.0.1", port: port)])
                ),
            ] {
                try await withRedisClient(RedisConfiguration(topology: topology, port: port)) { client in
                    let tally = CallTally()
                    for _ in 0..<3 {
                        let error = await tally.increment("n", client, within: .milliseconds(200))
                        #expect(error?.code == .deadlineExceeded, "\(topology)")
                    }
                    #expect(tally.lateness < CallTally.latenessMax)
                }
            }
            let isClean = try await eventually {
                OwnProcess.openDescriptors() <= descriptors && OwnProcess.threadCount() <= threads
            }
            #expect(isClean)
        }

        @Test func `every task ends when the client is closed in the middle of all`() async throws {
            try await RedisServerProcess.with { server in
                let ended = Shared(0)
                let tasks = try await withRedisClient(server.configuration) { client in
                    try await client.ping(deadline: Self.patience)
                    server.stall()
                    let tasks = (0..<200).map { number in
                        Task {
                            switch number % 4 {
                            case 0: _ = try? await client.incr("n", deadline: .after(.seconds(300)))
                            case 1: _ = try? await client.send(.blpop(["none"], timeout: .seconds(300)))
                            case 2: _ = try? await client.connection(after: 1_000)
                            default: _ = try? await client.subscribe(to: ["news"], deadline: .after(.seconds(300)))
                            }
                            ended.change { $0 += 1 }
                        }
                    }
                    for _ in 0..<100 { await Task.yield() }
                    return tasks
                }
                let haveEnded = try await eventually { ended.value == 200 }
                #expect(haveEnded, "\(ended.value) of 200")
                guard haveEnded else { return }
                for task in tasks { await task.value }
                server.resume()
            }
        }

        @Test func `a broken connection raises no SIGPIPE`() async throws {
            let certificates = try await onThread { try TestCertificates.shared() }
            var options = RedisServerProcess.Options()
            options.tls = .init(
                certificateFile: certificates.server.certificateFile,
                keyFile: certificates.server.keyFile,
                authorityFile: certificates.authority.certificateFile
            )
            try await RedisServerProcess.with(options) { server in
                var encrypted = server.configuration
                encrypted.port = try #require(server.tlsPort)
                encrypted.tls = .init()
                encrypted.tls?.trustRoots = .file(certificates.authority.certificateFile)
                for configuration in [server.configuration, encrypted] {
                    try await withRedisClient(configuration) { client in
                        try await client.ping(deadline: Self.patience)
                        defer { signal(SIGPIPE, SIG_IGN) }
                        var undisturbed = 0
                        for _ in 0..<20 {
                            SignalCount.install()
                            let calls = (0..<20).map { number in
                                Task {
                                    // Large enough that bytes are still to be sent when the server is gone.
                                    let value = RedisArgument.bytes([UInt8](repeating: 0, count: 100_000))
                                    try? await client.set("key\(number)", value, deadline: .after(.seconds(5)))
                                }
                            }
                            try await server.expect("CLIENT", "KILL", "TYPE", "normal")
                            for call in calls { await call.value }
                            // Another test may ignore the signal meanwhile, for all.
                            if SignalCount.isInstalled { undisturbed += 1 }
                        }
                        #expect(undisturbed > 0 && SignalCount.value == 0)
                    }
                }
            }
        }
    }
}

/// Counts the SIGPIPEs of the process, each of which would have ended it.
private enum SignalCount {
    private static let count = Atomic<Int>(0)

    static var value: Int { self.count.load(ordering: .relaxed) }

    static func install() {
        signal(SIGPIPE) { _ in SignalCount.count.add(1, ordering: .relaxed) }
    }

    /// Whether the signal still comes here.
    static var isInstalled: Bool {
        var action = sigaction()
        sigaction(SIGPIPE, nil, &action)
        return action.__sigaction_handler.sa_handler.map { unsafeBitCast($0, to: Int.self) > 1 } ?? false
    }
}
