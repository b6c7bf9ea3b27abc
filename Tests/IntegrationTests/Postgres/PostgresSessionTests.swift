import Glibc
import Logging
import Metrics
import MetricsTestKit
import Postgres
import ServerRuntime
import TestKit
import Testing

@Suite(.enabled(if: Stack.postgres.isUp, "a PostgreSQL server on the stack's port"))
struct PostgresSessionTests {
    private struct Refused: Error {}

    @Test func `what a connection was set to is undone before the next user gets it`() async throws {
        try await withPostgres(connectionsMax: 1) { client in
            try await client.withConnection { connection in
                try await connection.execute("SET work_mem = '7MB'")
                try await connection.executeScript(unsafeSQL: "CREATE TEMP TABLE mine (id int); BEGIN; SELECT 1")
                let found = try await connection.query("SHOW work_mem").first?.decode(at: 0, as: String.self)
                #expect(found == "7MB")
            }
            let found = try await client.query("SHOW work_mem").first?.decode(at: 0, as: String.self)
            #expect(found != "7MB")
            let error = await postgresError { try await client.query("SELECT * FROM mine") }
            #expect(error?.sqlState == "42P01")
        }
    }

    @Test func `a million rows stream through a small buffer in order`() async throws {
        try await withPostgres(connectionsMax: 2, statementTimeout: .seconds(60)) { client in
            let count = try await client.withRows("SELECT generate_series(1, 1000000) AS n") { rows in
                var last = 0
                for try await row in rows {
                    let number = try row.decode("n", as: Int.self)
                    guard number == last + 1 else { return -1 }
                    last = number
                    // A consumer that is slow now and then.
                    if number % 100_000 == 0 { try await Task.sleep(for: .milliseconds(20)) }
                }
                return last
            }
            #expect(count == 1_000_000)
            let one = try await rowCount(client, "SELECT 1")
            #expect(one == 1)
        }
    }

    @Test func `leaving a stream early stops the statement and frees the connection`() async throws {
        try await withPostgres(connectionsMax: 1) { client in
            for _ in 0..<3 {
                let first = try await client.withRows("SELECT generate_series(1, 100000000) AS n") { rows in
                    for try await row in rows { return try row.decode("n", as: Int.self) }
                    return 0
                }
                #expect(first == 1)
            }
            let one = try await rowCount(client, "SELECT 1")
            #expect(one == 1)
            try await client.withConnection { connection in
                let first = try await connection.withRows("SELECT generate_series(1, 100000000) AS n") { rows in
                    for try await row in rows { return try row.decode("n", as: Int.self) }
                    return 0
                }
                #expect(first == 1)
                let one = try await connection.query("SELECT 1").count
                #expect(one == 1)
            }
        }
    }

    @Test func `an error behind rows comes after them`() async throws {
        try await withPostgres(connectionsMax: 1) { client in
            var seen = 0
            let error = await postgresError {
                try await client.withRows("SELECT 10 / (100 - n) FROM generate_series(1, 200) AS n") { rows in
                    for try await _ in rows { seen += 1 }
                }
            }
            #expect(error?.sqlState == "22012" && seen == 99)
            let syntax = await postgresError {
                try await client.withRows("SELEC 1") { rows in for try await _ in rows {} }
            }
            #expect(syntax?.sqlState == "42601")
            let none = try await client.withRows("SELECT 1 WHERE false") { rows in
                var count = 0
                for try await _ in rows { count += 1 }
                return count
            }
            #expect(none == 0)
        }
    }

    @Test func `a stream inside a transaction leaves that usable`() async throws {
        try await withPostgres(connectionsMax: 1) { client in
            try await client.transaction { transaction in
                let sum = try await transaction.withRows("SELECT generate_series(1, 1000) AS n") { rows in
                    var sum = 0
                    for try await row in rows {
                        sum += try row.decode("n", as: Int.self)
                        if sum > 1000 { break }
                    }
                    return sum
                }
                #expect(sum > 1000)
                let one = try await transaction.query("SELECT 1").count
                #expect(one == 1)
            }
        }
    }

    @Test func `a stream ends at its deadline`() async throws {
        try await withPostgres(connectionsMax: 1) { client in
            let error = await postgresError {
                try await client.withRows("SELECT pg_sleep(20)", deadline: .after(.milliseconds(300))) { rows in
                    for try await _ in rows {}
                }
            }
            #expect(error?.code == .timeout)
            let one = try await rowCount(client, "SELECT 1")
            #expect(one == 1)
        }
    }

    @Test func `what a savepoint surrounds is undone alone`() async throws {
        try await withPostgres(connectionsMax: 1) { client in
            try await withTable(client, "id int PRIMARY KEY") { table in
                try await client.transaction { transaction in
                    try await transaction.execute("INSERT INTO \(unescaped: table) VALUES (1)")
                    let error = await postgresError {
                        try await transaction.savepoint { inner in
                            try await inner.execute("INSERT INTO \(unescaped: table) VALUES (2)")
                            try await inner.execute("INSERT INTO \(unescaped: table) VALUES (1)")
                        }
                    }
                    #expect(error?.code == .uniqueViolation)
                    try await transaction.savepoint { inner in
                        try await inner.execute("INSERT INTO \(unescaped: table) VALUES (3)")
                        await #expect(throws: Refused.self) {
                            try await inner.savepoint { deeper in
                                try await deeper.execute("INSERT INTO \(unescaped: table) VALUES (4)")
                                throw Refused()
                            }
                        }
                    }
                }
                let rows = try await client.query("SELECT id FROM \(unescaped: table) ORDER BY id")
                #expect(try rows.map { try $0.decode("id", as: Int.self) } == [1, 3])
            }
        }
    }

    @Test func `serializable transactions that meet succeed when they may be repeated`() async throws {
        try await withPostgres(connectionsMax: 4) { client in
            try await withTable(client, "id int PRIMARY KEY, n int") { table in
                try await client.execute("INSERT INTO \(unescaped: table) VALUES (1, 0)")
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<20 {
                        group.addTask {
                            try await client.transaction(isolation: .serializable, retriesMax: 50) { transaction in
                                let rows = try await transaction.query("SELECT n FROM \(unescaped: table)")
                                let next = try (rows.first?.decode("n", as: Int.self) ?? 0) + 1
                                try await transaction.execute("UPDATE \(unescaped: table) SET n = \(next)")
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                let count = try await client.query("SELECT n FROM \(unescaped: table)").first?.decode("n", as: Int.self)
                #expect(count == 20)
            }
        }
    }

    @Test func `a read-only transaction refuses to write`() async throws {
        try await withPostgres { client in
            try await withTable(client, "id int") { table in
                let error = await postgresError {
                    try await client.transaction(access: .readOnly) { transaction in
                        try await transaction.execute("INSERT INTO \(unescaped: table) VALUES (1)")
                    }
                }
                #expect(error?.sqlState == "25006")
            }
        }
    }

    @Test func `sessions that are given back with work under way do not harm the next user`() async throws {
        try await withPostgres(connectionsMax: 2) { client in
            for round in 0..<30 {
                let task = Task {
                    try await client.transaction { transaction in
                        try await transaction.query("SELECT \(round), pg_sleep(5)")
                    }
                }
                try await Task.sleep(for: .milliseconds(round % 7))
                task.cancel()
                _ = await postgresError { try await task.value }
                let found = try await client.query("SELECT \(round) AS n").first?.decode("n", as: Int.self)
                #expect(found == round)
            }
        }
    }

    @Test func `a call before run waits for it and one that nobody serves ends at its deadline`() async throws {
        let client = PostgresClient(stackConfiguration(), logger: Logger(label: "postgres-tests"))
        let error = await postgresError { try await client.query("SELECT 1", deadline: .after(.milliseconds(100))) }
        #expect(error?.code == .timeout && error?.mayHaveBeenApplied == false)
        async let early = rowCount(client, "SELECT 1")
        try await Task.sleep(for: .milliseconds(50))
        let running = Task { try await client.run() }
        let count = try await early
        #expect(count == 1)
        running.cancel()
        try await running.value
    }

    @Test func `the shutdown fails what is under way and comes back soon`() async throws {
        let client = PostgresClient(stackConfiguration(connectionsMax: 2), logger: Logger(label: "postgres-tests"))
        let running = Task { try await client.run() }
        async let sleeping = postgresError { try await client.query("SELECT pg_sleep(30)") }
        async let inside = postgresError {
            try await client.transaction { try await $0.query("SELECT pg_sleep(30)") }
        }
        async let waiting = postgresError { try await client.transaction { try await $0.query("SELECT 1") } }
        try await Task.sleep(for: .milliseconds(300))
        let start = ContinuousClock.now
        running.cancel()
        try await running.value
        let codes = await [sleeping?.code, inside?.code]
        #expect(codes == [.closed, .closed])
        _ = await waiting
        #expect(start.duration(to: .now) < .seconds(5))
    }

    @Test func `tasks may share the thread of the client`() async throws {
        try await withPostgres(connectionsMax: 3) { client in
            let sum = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<50 {
                    group.addTask(executorPreference: client.executor) {
                        var sum = 0
                        for _ in 0..<20 {
                            sum += try await client.query("SELECT \(number) AS n").first?.decode("n", as: Int.self) ?? 0
                        }
                        return sum
                    }
                }
                return try await group.reduce(0) { $0 + $1 }
            }
            #expect(sum == 20 * 49 * 50 / 2)
        }
        // Also the task that runs the client, which ends the thread.
        let client = PostgresClient(stackConfiguration(), logger: Logger(label: "postgres-tests"))
        let running = Task(executorPreference: client.executor) { try await client.run() }
        let asking = Task(executorPreference: client.executor) { try await rowCount(client, "SELECT 1") }
        let count = try await asking.value
        #expect(count == 1)
        running.cancel()
        try await running.value
    }

    @Test func `metrics tell calls, failures and connections`() async throws {
        let metrics = TestMetrics()
        let client = PostgresClient(
            stackConfiguration(connectionsMax: 2),
            logger: Logger(label: "postgres-tests"),
            metrics: metrics
        )
        let running = Task { try await client.run() }
        for _ in 0..<200 { try await client.query("SELECT 1") }
        _ = await postgresError { try await client.query("SELECT * FROM no_such_table") }
        running.cancel()
        try await running.value
        let answered = try metrics.expectCounter("im_postgres_calls_total", [("result", "answered")])
        #expect(answered.totalValue == 200)
        let failed = try metrics.expectCounter("im_postgres_calls_total", [("result", "server")])
        #expect(failed.totalValue == 1)
        let shared = try metrics.expectMeter("im_postgres_connections", [("state", "shared")])
        #expect(shared.values.contains(1) && shared.lastValue == 0)
        let durations = try metrics.expectTimer("im_postgres_call_duration_seconds")
        #expect(durations.values.count >= 3)
    }

    @Test func `of several hosts the first that lets us in is taken`() async throws {
        var configuration = stackConfiguration()
        configuration.otherHosts = [PostgresHost(configuration.host, port: configuration.port)]
        configuration.port = LoopbackPort.free()
        configuration.sessionTarget = .primary
        try await withRunning(configuration) { client in
            let count = try await rowCount(client, "SELECT 1")
            #expect(count == 1)
        }
        configuration.sessionTarget = .standby
        try await withRunning(configuration) { client in
            let error = await postgresError { try await client.query("SELECT 1", deadline: .after(.seconds(1))) }
            #expect(error?.code == .connectionFailed)
        }
    }

    @Test func `a host that does not answer is left for the next one`() async throws {
        var configuration = stackConfiguration()
        configuration.otherHosts = [PostgresHost(configuration.host, port: configuration.port)]
        configuration.connectTimeout = .milliseconds(500)
        // Takes connections and never says anything.
        let silent = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(silent) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let port = LoopbackPort.free()
        address.sin_port = in_port_t(port).bigEndian
        let bound = withUnsafeBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { bind(silent, $0.baseAddress, socklen_t(bytes.count)) }
        }
        try #require(bound == 0 && listen(silent, 8) == 0)
        configuration.port = port
        try await withRunning(configuration) { client in
            let count = try await rowCount(client, "SELECT 1")
            #expect(count == 1)
        }
    }
}
