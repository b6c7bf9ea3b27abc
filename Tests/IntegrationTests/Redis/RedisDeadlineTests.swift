import Redis
import ServerRuntime
import TestKit
import Testing

extension RedisServerSuites {
    /// Deadlines of single calls, made while the client's thread sleeps for reasons of its own.
    @Suite(.serialized) struct RedisDeadlineTests {
        @Test(arguments: [false, true]) func `a lone call ends at its deadline although other connections have timers`(
            hasSubscription: Bool
        ) async throws {
            try await RedisServerProcess.with { server in
                try await FaultProxy.with(to: server.port) { proxy in
                    var configuration = server.configuration
                    configuration.port = proxy.port
                    // The subscription's connection then has a timer every 100 ms.
                    configuration.stallTimeout = .milliseconds(300)
                    try await withRedisClient(configuration) { client in
                        let subscription = hasSubscription ? try await client.subscribe(to: ["channel"]) : nil
                        for _ in 0..<12 {
                            try await client.ping(deadline: .after(.seconds(5)))
                            try await Task.sleep(for: .milliseconds(Int.random(in: 50...100)))
                        }
                        proxy.apply(.stall(.replies))
                        for _ in 0..<6 {
                            let end = Deadline.after(.milliseconds(100))
                            let call = Task {
                                await redisError { () throws(RedisError) in try await client.ping(deadline: end) }
                            }
                            let rescue = Task {
                                try await Task.sleep(for: .seconds(5))
                                call.cancel()
                            }
                            let error = try #require(await call.value)
                            rescue.cancel()
                            #expect([.deadlineExceeded, .connectionLost].contains(error.code), "\(error)")
                            #expect(end.elapsed < .seconds(2), "\(error)")
                        }
                        subscription?.cancel()
                    }
                }
            }
        }
    }
}
