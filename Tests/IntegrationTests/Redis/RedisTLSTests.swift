import Foundation
import Logging
import OpenSSL
import Redis
import ServerRuntime
import TestKit
import Testing

extension RedisServerSuites {
    @Suite(.serialized) struct RedisTLSTests {
        /// Runs `body` with a server that speaks TLS and the configuration of a client that it accepts.
        private func withServer(
            identity: KeyPath<TestCertificates, TestCertificates.Identity> = \.server,
            requiresClientCertificate: Bool = false,
            _ body: (RedisServerProcess, RedisConfiguration, TestCertificates) async throws -> Void
        ) async throws {
            let certificates = try await onThread { try TestCertificates.shared() }
            var options = RedisServerProcess.Options()
            options.password = "secret"
            options.tls = .init(
                certificateFile: certificates[keyPath: identity].certificateFile,
                keyFile: certificates[keyPath: identity].keyFile,
                authorityFile: certificates.authority.certificateFile,
                requiresClientCertificate: requiresClientCertificate
            )
            try await RedisServerProcess.with(options) { server in
                var tls = TLSConfiguration()
                tls.trustRoots = .file(certificates.authority.certificateFile)
                var configuration = server.configuration
                configuration.port = try #require(server.tlsPort)
                configuration.tls = tls
                try await body(server, configuration, certificates)
            }
        }

        /// What eight callers are told, each of whom must learn it long before its deadline.
        private func refusals(_ configuration: RedisConfiguration) async throws -> [RedisError?] {
            try await withRedisClient(configuration) { client in
                let start = ContinuousClock.now
                let errors = await withTaskGroup(of: RedisError?.self) { group in
                    for _ in 0..<8 {
                        group.addTask {
                            await redisError { () throws(RedisError) in
                                try await client.send(.ping, deadline: .after(.seconds(20)))
                            }
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(start.duration(to: .now) < .seconds(10))
                return errors
            }
        }

        private func expectRefusal(_ configuration: RedisConfiguration, mentioning words: String...) async throws {
            for error in try await self.refusals(configuration) {
                #expect(error?.code == .handshakeRefused && error?.mayHaveBeenApplied == false)
                for word in words {
                    let isMentioned = error?.message.localizedStandardContains(word) == true
                    #expect(isMentioned, "\(error?.message ?? "no error") should mention \(word)")
                }
            }
        }

        @Test func `values of all sizes go over TLS`() async throws {
            try await self.withServer { _, configuration, _ in
                try await withRedisClient(configuration) { client in
                    try await client.send(.ping, deadline: .after(.seconds(20)))
                    for count in [0, 1, 16_383, 16_384, 16_385, 300_000, 5_000_000] {
                        let value = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
                        try await client.set("key", .bytes(value), deadline: .after(.seconds(20)))
                        let read = try await client.get("key", as: [UInt8].self, deadline: .after(.seconds(20)))
                        #expect(read == value, "\(count) bytes")
                    }
                    #expect(client.connectionGeneration == 1)
                }
            }
        }

        @Test func `many tasks share one connection with TLS`() async throws {
            try await self.withServer { _, configuration, _ in
                try await withRedisClient(configuration) { client in
                    await withTaskGroup(of: Void.self) { group in
                        for task in 0..<64 {
                            group.addTask {
                                for step in 0..<40 {
                                    let text = "\(task):\(step)"
                                    let reply = try? await client.send(.echo(.string(text)))
                                    #expect(reply == text)
                                }
                            }
                        }
                    }
                    #expect(client.connectionGeneration == 1)
                }
            }
        }

        @Test func `a certificate for another host is refused`() async throws {
            try await self.withServer { _, configuration, _ in
                var configuration = configuration
                configuration.tls?.serverName = "redis.example.org"
                try await self.expectRefusal(configuration, mentioning: "redis.example.org")
            }
        }

        @Test func `a certificate of an unknown authority is refused`() async throws {
            try await self.withServer { _, configuration, certificates in
                var configuration = configuration
                configuration.tls?.trustRoots = .file(certificates.stranger.certificateFile)
                try await self.expectRefusal(configuration, mentioning: "certificate")
            }
        }

        @Test func `an expired certificate is refused`() async throws {
            try await self.withServer(identity: \.expired) { _, configuration, _ in
                try await self.expectRefusal(configuration, mentioning: "expired")
            }
        }

        @Test func `a client without a certificate is refused where one is required`() async throws {
            try await self.withServer(requiresClientCertificate: true) { _, configuration, certificates in
                try await self.expectRefusal(configuration, mentioning: "certificate")
                var configuration = configuration
                configuration.tls?.certificateChainFile = certificates.client.certificateFile
                configuration.tls?.privateKeyFile = certificates.encryptedClientKeyFile
                configuration.tls?.privateKeyPassphrase = TestCertificates.passphrase
                try await withRedisClient(configuration) { client in
                    let reply = try await client.ping(deadline: .after(.seconds(20)))
                    #expect(reply == "PONG")
                }
            }
        }

        @Test func `TLS to a plain port ends with a cause that says so`() async throws {
            try await self.withServer { server, configuration, _ in
                var configuration = configuration
                configuration.port = server.port
                configuration.connectTimeout = .milliseconds(500)
                try await self.expectNoConnection(configuration)
            }
        }

        @Test func `plain to a TLS port ends with a cause that says so`() async throws {
            try await self.withServer { _, configuration, _ in
                var configuration = configuration
                configuration.tls = nil
                configuration.connectTimeout = .milliseconds(500)
                try await self.expectNoConnection(configuration)
            }
        }

        /// Expects that a call ends by its deadline and says why there is no connection.
        private func expectNoConnection(_ configuration: RedisConfiguration) async throws {
            try await withRedisClient(configuration) { client in
                let tally = CallTally()
                let error = await tally.call("call", within: .seconds(2)) { deadline throws(RedisError) in
                    try await client.ping(deadline: deadline)
                }
                let text = error?.description ?? ""
                #expect(error?.mayHaveBeenApplied == false)
                #expect(error?.code == .handshakeRefused || error?.cause != nil, "\(text)")
                #expect(tally.lateness < CallTally.latenessMax)
                #expect(!client.isConnected)
            }
        }

        @Test(arguments: [1, 3, 20, 700, 20_000]) func `a connection cut within a record fails the call only`(
            bytes: Int
        ) async throws {
            try await self.withServer { server, configuration, _ in
                try await FaultProxy.with(to: try #require(server.tlsPort)) { proxy in
                    var configuration = configuration
                    configuration.port = proxy.port
                    try await withRedisClient(configuration) { client in
                        let value = [UInt8](repeating: 66, count: 60_000)
                        try await client.set("key", .bytes(value), deadline: .after(.seconds(20)))
                        proxy.cut(afterReplyBytes: bytes)
                        let error = await redisError { () throws(RedisError) in try await client.send(.get("key")) }
                        #expect(error?.code == .connectionLost && error?.mayHaveBeenApplied == true)
                        let read = try await client.get("key", as: [UInt8].self, deadline: .after(.seconds(20)))
                        #expect(read == value && client.connectionGeneration == 2)
                    }
                }
            }
        }

        @Test func `handshake and records may come in single bytes`() async throws {
            try await self.withServer { server, configuration, _ in
                try await FaultProxy.with(to: try #require(server.tlsPort)) { proxy in
                    var configuration = configuration
                    configuration.port = proxy.port
                    configuration.connectTimeout = .seconds(30)
                    proxy.apply(.chop(bytes: 1, .replies))
                    try await withRedisClient(configuration) { client in
                        try await client.set("key", "value", deadline: .after(.seconds(30)))
                        #expect(try await client.get("key", deadline: .after(.seconds(20))) == "value")
                        #expect(client.connectionGeneration == 1)
                    }
                }
            }
        }

        @Test func `a handshake that stalls is given up and tried again`() async throws {
            try await self.withServer { server, configuration, _ in
                try await FaultProxy.with(to: try #require(server.tlsPort)) { proxy in
                    var configuration = configuration
                    configuration.port = proxy.port
                    configuration.connectTimeout = .milliseconds(300)
                    proxy.apply(.stall(.replies))
                    try await withRedisClient(configuration) { client in
                        let tally = CallTally()
                        let error = await tally.call("call", within: .milliseconds(800)) {
                            deadline throws(RedisError) in
                            try await client.ping(deadline: deadline)
                        }
                        #expect(error?.code == .deadlineExceeded && error?.mayHaveBeenApplied == false)
                        let text = error?.description ?? ""
                        #expect(error?.cause != nil && text.contains("in time"), "\(text)")
                        #expect(tally.lateness < CallTally.latenessMax)
                        let isTriedAgain = try await eventually { proxy.counts.accepted > 1 }
                        #expect(isTriedAgain)
                        proxy.heal()
                        #expect(try await client.ping(deadline: .after(.seconds(20))) == "PONG")
                    }
                }
            }
        }

        @Test func `subscriptions and leased connections use TLS as well`() async throws {
            try await self.withServer { server, configuration, _ in
                try await withRedisClient(configuration) { client in
                    let subscription = try await client.subscribe(to: ["news"], deadline: .after(.seconds(20)))
                    try await server.expect("PUBLISH", "news", "hello")
                    let event = try await subscription.next()
                    #expect(event == .message(channel: "news", pattern: nil, payload: Array("hello".utf8)))
                    try await client.rpush("list", "x")
                    let popped = try await client.send(.blpop(["list"], timeout: .seconds(1)))
                    #expect(popped == .init(key: "list", element: "x"))
                }
            }
        }

        @Test func `a file that cannot be read ends run with its name`() async throws {
            try await self.withServer { _, configuration, certificates in
                var configuration = configuration
                configuration.tls?.trustRoots = .file("\(certificates.folder)/missing.pem")
                let client = RedisClient(configuration, logger: .init(label: "redis-test"))
                let early = Task {
                    await redisError { () throws(RedisError) in try await client.ping(deadline: .after(.seconds(20))) }
                }
                let error = await redisError { () throws(RedisError) in try await client.run() }
                #expect(error?.code == .invalidArgument && error?.message.contains("missing.pem") == true)
                #expect(await early.value?.code == .invalidArgument)
                let late = await redisError { () throws(RedisError) in try await client.ping() }
                #expect(late?.code == .invalidArgument || late?.code == .closed)
            }
        }
    }
}
