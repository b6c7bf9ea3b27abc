import InMemoryTracing
import Logging
import MetricsTestKit
import Redis
import ServerRuntime
import TestKit
import Testing
import Tracing

extension RedisServerSuites {
    /// What a client tells about itself: metrics, spans and log lines.
    @Suite(.serialized) struct RedisTelemetryTests {
        private static let password = "pass-word-7431"
        private static let value = "value-9182"
        private static var patience: Deadline { .after(.seconds(20)) }

        /// A client under observation.
        private struct Observed {
            let server: RedisServerProcess
            let client: RedisClient
            let metrics: TestMetrics
            let tracer: InMemoryTracer
            let logs: LogRecorder

            func counter(_ name: String, _ dimensions: [(String, String)] = []) throws -> Int {
                Int(try self.metrics.expectCounter("im_redis_\(name)", dimensions).totalValue)
            }

            func calls(_ result: String) throws -> Int {
                try self.counter("calls_total", [("result", result)])
            }

            func meter(_ name: String, _ dimensions: [(String, String)] = []) throws -> Double {
                try self.metrics.expectMeter("im_redis_\(name)", dimensions).lastValue ?? 0
            }
        }

        private func withObserved(
            leasedConnectionsMax: Int = 64,
            _ body: (Observed) async throws -> Void
        ) async throws {
            try await RedisServerProcess.with(password: Self.password) { server in
                var configuration = server.configuration
                configuration.stallTimeout = .seconds(60)
                configuration.leasedConnectionsMax = leasedConnectionsMax
                let (metrics, tracer, logs) = (TestMetrics(), InMemoryTracer(), LogRecorder())
                let client = RedisClient(
                    configuration,
                    logger: Logger(label: "redis-test") { _ in logs },
                    metrics: metrics,
                    tracer: tracer
                )
                let observed = Observed(server: server, client: client, metrics: metrics, tracer: tracer, logs: logs)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await client.run() }
                    defer { group.cancelAll() }
                    try await body(observed)
                }
            }
        }

        @Test func `calls and connections are counted`() async throws {
            try await self.withObserved { observed in
                let client = observed.client
                try await client.ping(deadline: Self.patience)
                for _ in 0..<200 { try await client.incr("n") }
                _ = try await client.send(pipeline: [.incr("n"), .incr("n")])
                _ = await redisError { () throws(RedisError) in try await client.send(.lpush("n", ["x"])) }
                #expect(try observed.calls("answered") == 203)
                #expect(try observed.counter("connections_made_total") == 1)
                #expect(try observed.meter("connections") == 1)
                let samples = try observed.metrics.expectTimer("im_redis_call_duration_seconds").values
                #expect((2...5).contains(samples.count))

                observed.server.stall()
                for _ in 0..<3 {
                    _ = await redisError { () throws(RedisError) in
                        try await client.incr("n", deadline: .after(.milliseconds(50)))
                    }
                }
                #expect(try observed.calls("deadlineExceeded") == 3)
                #expect(try observed.meter("pending_commands") == 3)
                let cancelled = Task { try await client.incr("n", deadline: Self.patience) }
                let isPending = try await eventually { try observed.meter("pending_commands") == 4 }
                #expect(isPending)
                cancelled.cancel()
                _ = await cancelled.result
                #expect(try observed.calls("cancelled") == 1)
                observed.server.resume()
                try await client.ping(deadline: Self.patience)
                let isEmpty = try await eventually { try observed.meter("pending_commands") == 0 }
                #expect(isEmpty)

                observed.server.kill()
                let isLost = try await eventually { try observed.counter("connections_lost_total") == 1 }
                #expect(try isLost && observed.meter("connections") == 0)
                try observed.server.start()
                try await client.ping(deadline: Self.patience)
                #expect(try observed.counter("connections_made_total") == 2)
            }
        }

        @Test func `leases, gaps and refusals are counted`() async throws {
            try await self.withObserved(leasedConnectionsMax: 1) { observed in
                let client = observed.client
                let blocked = Task { try await client.send(.blpop(["list"], timeout: .seconds(15))) }
                let inUse = [("state", "in_use")]
                let isInUse = try await eventually { try observed.meter("leased_connections", inUse) == 1 }
                #expect(isInUse)
                let waiting = Task { try await client.send(.blpop(["list"], timeout: .seconds(15))) }
                let isWaiting = try await eventually { try observed.meter("lease_waiters") == 1 }
                #expect(isWaiting)
                try await client.rpush("list", "a", "b")
                _ = try await (blocked.value, waiting.value)
                #expect(try observed.meter("leased_connections", inUse) == 0)
                #expect(try observed.meter("leased_connections", [("state", "idle")]) == 1)
                #expect(try observed.meter("lease_waiters") == 0)
                let waits = try observed.metrics.expectTimer("im_redis_lease_wait_seconds").values
                #expect(waits.count == 2)

                let limits = RedisSubscriptionLimits(bufferedMessagesMax: 5)
                let subscription = try await client.subscribe(to: ["news"], limits: limits, deadline: Self.patience)
                for _ in 0..<20 { try await client.send(.publish("news", "x")) }
                let isFull = try await eventually { subscription.droppedCount == 15 }
                _ = try await subscription.next()
                #expect(isFull)
                let areCounted = try await eventually {
                    let dropped = try observed.counter("subscription_messages_dropped_total")
                    return try dropped == 15 && observed.counter("subscription_gaps_total") == 1
                }
                #expect(areCounted)
                _ = try await client.send(
                    pipeline: [
                        RedisCommand("CONFIG", ["SET", "requirepass", "changed"]),
                        RedisCommand("CLIENT", ["KILL", "TYPE", "normal", "SKIPME", "no"]),
                    ]
                )
                let isRefused = try await eventually { try observed.counter("connections_refused_total") > 0 }
                #expect(isRefused)
            }
        }

        @Test func `each call has a span with its name, place and error`() async throws {
            try await self.withObserved { observed in
                let client = observed.client
                try await client.set("key", "text", deadline: Self.patience)
                _ = await redisError { () throws(RedisError) in try await client.send(.lpush("key", ["x"])) }
                _ = try await client.send(pipeline: [.incr("n"), .incr("n"), .incr("n")])
                _ = try await client.send(.blpop(["none"], timeout: .zero))
                observed.server.stall()
                _ = await redisError { () throws(RedisError) in
                    try await client.get("key", deadline: .after(.milliseconds(50)))
                }
                observed.server.resume()
                let spans = observed.tracer.finishedSpans
                #expect(spans.map(\.operationName) == ["SET", "LPUSH", "PIPELINE", "BLPOP", "GET"])
                for span in spans {
                    #expect(span.kind == .client)
                    #expect(span.attributes["db.system.name"]?.toSpanAttribute() == .string("redis"))
                    #expect(
                        span.attributes["db.operation.name"]?.toSpanAttribute() == .string(span.operationName)
                    )
                    #expect(span.attributes["server.address"]?.toSpanAttribute() == .string("127.0.0.1"))
                    #expect(
                        span.attributes["server.port"]?.toSpanAttribute() == .int64(Int64(observed.server.port))
                    )
                }
                let batch = spans.first { $0.operationName == "PIPELINE" }
                #expect(batch?.attributes["db.operation.batch.size"]?.toSpanAttribute() == .int64(3))
                let types = spans.map { span -> String? in
                    guard case .string(let type)? = span.attributes["error.type"]?.toSpanAttribute() else { return nil }
                    return type
                }
                #expect(types == [nil, "WRONGTYPE", nil, nil, "deadlineExceeded"])
                #expect(spans.map { $0.status?.code == .error } == [false, true, false, false, true])
                #expect(spans.map(\.errors.count) == [0, 1, 0, 0, 1])
                #expect(observed.tracer.activeSpans.isEmpty)
            }
        }

        @Test func `no password, argument or value is in a span, a log line or an error`() async throws {
            try await self.withObserved { observed in
                let client = observed.client
                var texts: [String] = []
                try await client.set(Self.value, .string(Self.value), deadline: Self.patience)
                for command: RedisCommand<RedisValue> in [
                    RedisCommand("NOSUCH", [.string(Self.value)]), RedisCommand("GET", [.string(Self.value), "x"]),
                    RedisCommand("LPUSH", [.string(Self.value), .string(Self.value)]),
                    RedisCommand("EVAL", [.string("return redis.call('\(Self.value)')"), 0]),
                    RedisCommand("EXPIRE", ["key", .string(Self.value)]),
                    RedisCommand("CONFIG", ["SET", "maxmemory", .string(Self.value)]),
                    RedisCommand("OBJECT", [.string(Self.value), "x"]),
                    RedisCommand("XADD", ["stream", .string(Self.value), "f", "v"]),
                ] {
                    let error = await redisError { () throws(RedisError) in try await client.send(command) }
                    texts.append(error?.description ?? "\(command.name) did not fail")
                }
                _ = try await client.get(Self.value)
                observed.server.kill()
                let lost = await redisError { () throws(RedisError) in
                    try await client.get(Self.value, deadline: .after(.milliseconds(200)))
                }
                texts.append(lost?.description ?? "")
                try observed.server.start()
                try await client.ping(deadline: Self.patience)
                for span in observed.tracer.finishedSpans {
                    texts.append("\(span.operationName) \(span.status?.message ?? "")")
                    texts += span.errors.map { "\($0.error) \($0.attributes)" }
                    let note = { (name: String, value: SpanAttribute) in texts.append("\(name) \(value)") }
                    span.attributes.forEach(note)
                    for event in span.events { texts.append("\(event)") }
                }
                texts += observed.logs.lines.value
                #expect(observed.logs.lines.value.count >= 2)
                texts.append("\(client)")
                for text in texts {
                    #expect(!text.contains(Self.password) && !text.contains(Self.value), "\(text)")
                }
            }
        }
    }
}
