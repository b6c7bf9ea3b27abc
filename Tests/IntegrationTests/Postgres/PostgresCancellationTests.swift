import Postgres
import ServerRuntime
import TestKit
import Testing

@Suite(.enabled(if: Stack.postgres.isUp, "a PostgreSQL server on the stack's port"))
struct PostgresCancellationTests {
    private enum Ending {
        case right
        case cancelled
        case wrong
    }

    /// Asks for `number`, and gives up after a few turns of the scheduler when the number is even.
    private func ask(_ client: PostgresClient, _ number: Int) async -> Ending {
        let call = Task {
            try await client.query("SELECT \(number) AS n, generate_series(1, \(number % 50 + 1)) AS s")
        }
        if number % 2 == 0 {
            for _ in 0..<number % 7 { await Task.yield() }
            call.cancel()
        }
        do {
            let rows = try await call.value
            let isRight = try rows.count == number % 50 + 1 && rows.first?.decode("n", as: Int.self) == number
            return isRight ? .right : .wrong
        } catch {
            return (error as? PostgresError)?.code == .cancelled ? .cancelled : .wrong
        }
    }

    @Test func `calls cancelled by the thousand never hand a half-read answer to another call`() async throws {
        try await withPostgres(connectionsMax: 4, statementTimeout: .seconds(60)) { client in
            let endings = await withTaskGroup(of: Ending.self) { group in
                for number in 0..<4000 { group.addTask { await self.ask(client, number) } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(endings.count == 4000 && !endings.contains(.wrong))
            #expect(endings.contains(.cancelled))
            let connections = try await client.query(
                "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = 'postgres-tests'"
            )
            print("connections after 4000 calls: \(try connections.first?.decode("n", as: Int.self) ?? 0)")
        }
    }

    @Test func `a neighbour that is struck by the cancel request for another call is sent again`() async throws {
        let proxy = try FaultProxy(to: Stack.postgres.port)
        defer { proxy.close() }
        var configuration = stackConfiguration(connectionsMax: 1)
        configuration.host = "127.0.0.1"
        configuration.port = proxy.port
        configuration.cancelGrace = .seconds(20)
        try await withRunning(configuration) { client in
            try await withTable(client, "n int") { table in
                // What the client says arrives half a second later, the cancel request too.
                proxy.apply(.delay(.milliseconds(500), .requests))
                let first = Task { try await client.query("SELECT pg_sleep(0.4)") }
                // Behind the first one in the pipeline, and running when the request arrives.
                let second = Task {
                    try await client.query(
                        "WITH new AS (INSERT INTO \(unescaped: table) VALUES (1) RETURNING n) SELECT n, pg_sleep(1) FROM new"
                    )
                }
                try await Task.sleep(for: .milliseconds(800))
                first.cancel()
                let error = await postgresError { try await first.value }
                #expect(error?.code == .cancelled)
                let answer = try await second.value.first?.decode("n", as: Int.self)
                #expect(answer == 1)
                proxy.heal()
                let count = try await rowCount(client, "SELECT n FROM \(unescaped: table)")
                #expect(count == 1)
            }
        }
    }

    @Test func `a call that was cancelled before it began sends nothing`() async throws {
        try await withPostgres { client in
            try await withTable(client, "n int") { table in
                let task = Task {
                    while !Task.isCancelled { await Task.yield() }
                    return try await client.execute("INSERT INTO \(unescaped: table) VALUES (1)")
                }
                task.cancel()
                let error = await postgresError { try await task.value }
                #expect(error?.code == .cancelled && error?.mayHaveBeenApplied == false)
                let count = try await rowCount(client, "SELECT n FROM \(unescaped: table)")
                #expect(count == 0)
            }
        }
    }

    @Test func `a connection whose server does not react to a cancel request is replaced`() async throws {
        let proxy = try FaultProxy(to: Stack.postgres.port)
        defer { proxy.close() }
        var configuration = stackConfiguration(connectionsMax: 1)
        configuration.host = "127.0.0.1"
        configuration.port = proxy.port
        configuration.cancelGrace = .milliseconds(300)
        try await withRunning(configuration) { client in
            try await client.query("SELECT 1")
            proxy.apply(.stall())
            let start = ContinuousClock.now
            async let late = postgresError {
                try await client.query("SELECT 2", deadline: .after(.milliseconds(300)))
            }
            async let other = postgresError { try await client.query("SELECT 3", deadline: .after(.seconds(4))) }
            let errors = await [late, other]
            #expect(errors[0]?.code == .timeout && errors[0]?.mayHaveBeenApplied == true)
            // Behind the first one it is lost with the connection; before it or not sent at all it waits for its own deadline.
            #expect(errors[1]?.isRetriable == true)
            #expect(start.duration(to: .now) < .seconds(10))
            proxy.heal()
            let rows = try await rowCount(client, "SELECT 1")
            #expect(rows == 1)
        }
    }

    @Test(arguments: [
        FaultProxy.Fault.cut(afterBytes: 700, of: .replies, repeats: true), .stall(.replies), .stall(.requests),
        .halfClose(.replies), .reset, .chop(bytes: 1), .throttle(bytesPerSecond: 20_000), .refuse,
    ])
    func `every call ends in time whatever the network does and the pool heals`(fault: FaultProxy.Fault) async throws {
        let proxy = try FaultProxy(to: Stack.postgres.port)
        defer { proxy.close() }
        var configuration = stackConfiguration(connectionsMax: 3)
        configuration.host = "127.0.0.1"
        configuration.port = proxy.port
        configuration.cancelGrace = .milliseconds(300)
        configuration.connectTimeout = .seconds(1)
        try await withRunning(configuration) { client in
            try await client.query("SELECT 1")
            let slowest = await withTaskGroup(of: Duration.self) { group in
                for number in 0..<60 {
                    group.addTask {
                        let start = ContinuousClock.now
                        if number == 20 { proxy.apply(fault) }
                        let error = await postgresError {
                            try await client.query(
                                "SELECT \(number) AS n, repeat('x', 200)",
                                deadline: .after(.seconds(1))
                            )
                        }
                        let isExpected = error == nil || error?.isRetriable == true
                        #expect(isExpected, "\(error.map { "\($0)" } ?? "")")
                        return start.duration(to: .now)
                    }
                }
                return await group.reduce(.zero) { max($0, $1) }
            }
            #expect(slowest < .seconds(10))
            proxy.heal()
            var answered = 0
            for _ in 0..<50 where answered < 5 {
                let error = await postgresError { try await client.query("SELECT 1", deadline: .after(.seconds(2))) }
                answered = error == nil ? answered + 1 : 0
            }
            #expect(answered == 5)
        }
    }
}
