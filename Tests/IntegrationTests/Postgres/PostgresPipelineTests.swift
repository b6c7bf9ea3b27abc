import Postgres
import ServerRuntime
import TestKit
import Testing

@Suite(.enabled(if: Stack.postgres.isUp, "a PostgreSQL server on the stack's port"))
struct PostgresPipelineTests {
    @Test func `the error of one statement does not touch its neighbours in the pipeline`() async throws {
        try await withPostgres(connectionsMax: 1) { client in
            try await withTable(client, "id int PRIMARY KEY") { table in
                let outcomes = await withTaskGroup(of: Bool.self) { group in
                    for number in 0..<200 {
                        group.addTask {
                            let query: PostgresQuery =
                                number % 3 == 0
                                ? "INSERT INTO \(unescaped: table) VALUES (\(Int32(0)))"
                                : "INSERT INTO \(unescaped: table) VALUES (\(Int32(number)))"
                            let error = await postgresError { try await client.execute(query) }
                            return error == nil || error?.code == .uniqueViolation && number % 3 == 0
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(outcomes.allSatisfy { $0 })
                let count = try await rowCount(client, "SELECT id FROM \(unescaped: table)")
                // One 0, and all that are not divisible by 3.
                #expect(count == 1 + 133)
            }
        }
    }

    @Test func `a thousand callers on eight connections are served fairly`() async throws {
        try await withPostgres(connectionsMax: 8, statementTimeout: .seconds(60)) { client in
            let rounds = 10
            let waits = try await withThrowingTaskGroup(of: [Duration].self) { group in
                for _ in 0..<1000 {
                    group.addTask {
                        var waits: [Duration] = []
                        for round in 0..<rounds {
                            let start = ContinuousClock.now
                            let answer = try await client.query("SELECT \(round) AS n").first?.decode("n", as: Int.self)
                            guard answer == round else { return [] }
                            waits.append(start.duration(to: .now))
                        }
                        return waits
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let sorted = waits.sorted()
            #expect(sorted.count == 1000 * rounds)
            let (median, high, maximum) = (sorted[sorted.count / 2], sorted[sorted.count * 99 / 100], sorted.last)
            print("waits of 1000 callers: median \(median), 99 % \(high), maximum \(maximum ?? .zero)")
            // Nobody waits for more than a few turns of everybody.
            #expect(try #require(maximum) < median * 20 + .seconds(1))
        }
    }

    @Test func `many sets of values are applied in one transaction`() async throws {
        try await withPostgres(connectionsMax: 2) { client in
            try await withTable(client, "id int PRIMARY KEY, name text") { table in
                let insert = { @Sendable (id: Int32) -> PostgresQuery in
                    "INSERT INTO \(unescaped: table) VALUES (\(id), \("name \(id)"))"
                }
                let touched = try await client.executeMany((0..<5000).map(insert))
                #expect(touched == 5000)
                let error = await postgresError {
                    try await client.executeMany((5000..<6000).map(insert) + [insert(7)] + (6000..<7000).map(insert))
                }
                #expect(error?.code == .uniqueViolation && error?.mayHaveBeenApplied == false)
                let count = try await rowCount(client, "SELECT id FROM \(unescaped: table)")
                #expect(count == 5000)
                let more = try await client.executeMany(
                    unsafeSQL: "INSERT INTO \(table) VALUES ($1, $2)",
                    Int32(5000)..<Int32(25_000)
                ) { id, values in
                    values.append(id)
                    values.append(id % 2 == 0 ? String(repeating: "x", count: 200) : nil)
                }
                #expect(more == 20_000)
            }
        }
    }

    @Test func `sets of values that differ in type are refused before anything is sent`() async throws {
        try await withPostgres { client in
            let error = await postgresError {
                try await client.executeMany(["SELECT \(Int32(1))", "SELECT \(Int64(1))"])
            }
            #expect(error?.code == .invalidQuery)
            let none = try await client.executeMany([])
            #expect(none == 0)
        }
    }

    @Test func `statements beyond the number that is kept are prepared again`() async throws {
        var configuration = stackConfiguration(connectionsMax: 1)
        configuration.preparedStatementsMax = 3
        try await withRunning(configuration) { client in
            for round in 0..<3 {
                for number in 0..<8 {
                    let rows = try await client.query("SELECT \(round) + \(unescaped: "\(number)") AS n")
                    #expect(try rows.first?.decode("n", as: Int.self) == round + number)
                }
            }
            let rows = try await client.query("SELECT count(*) AS n FROM pg_prepared_statements")
            #expect(try rows.first?.decode("n", as: Int.self) == 3)
        }
    }

    @Test func `a client that prepares nothing leaves nothing in the session`() async throws {
        var configuration = stackConfiguration(connectionsMax: 1)
        configuration.preparedStatementsMax = 0
        try await withRunning(configuration) { client in
            let text = try await client.query("SELECT \("a") AS t").first?.decode("t", as: String.self)
            #expect(text == "a")
            let rows = try await rowCount(client, "SELECT name FROM pg_prepared_statements")
            #expect(rows == 0)
        }
    }

    @Test func `a prepared statement whose result has changed is prepared anew`() async throws {
        try await withPostgres(connectionsMax: 3) { client in
            try await withTable(client, "id int") { table in
                let query: PostgresQuery = "SELECT * FROM \(unescaped: table)"
                for columns in 1...4 {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for _ in 0..<20 {
                            group.addTask {
                                let names = try await client.query(query).columnNames
                                #expect(names.count == columns)
                            }
                        }
                        try await group.waitForAll()
                    }
                    try await client.execute("ALTER TABLE \(unescaped: table) ADD c\(unescaped: "\(columns)") int")
                }
            }
        }
    }

    @Test func `statements that the session has lost are prepared anew`() async throws {
        try await withPostgres(connectionsMax: 1) { client in
            for _ in 0..<3 {
                let rows = try await client.query("SELECT \(5) AS n")
                #expect(try rows.first?.decode("n", as: Int.self) == 5)
                try await client.execute("DISCARD ALL")
            }
        }
    }

    @Test func `statements that cannot be prepared fail one by one`() async throws {
        try await withPostgres(connectionsMax: 1) { client in
            let states = await withTaskGroup(of: String?.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        await postgresError { try await client.query("SELECT * FROM no_such_table") }?.sqlState
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(states.allSatisfy { $0 == "42P01" })
            let error = await postgresError { try await client.query("SELECT 1 FRM x") }
            #expect(error?.position == 14 && error?.severity == "ERROR")
        }
    }

    @Test func `a COPY sent as a query is refused and the client goes on`() async throws {
        try await withPostgres(connectionsMax: 1) { client in
            let error = await postgresError { try await client.query("COPY (SELECT 1) TO STDOUT") }
            #expect(error?.code == .invalidQuery)
            let rows = try await rowCount(client, "SELECT 1")
            #expect(rows == 1)
        }
    }

    @Test func `an answer with too many bytes is stopped`() async throws {
        var configuration = stackConfiguration(connectionsMax: 1)
        configuration.answerBytesMax = 1 << 20
        try await withRunning(configuration) { client in
            let error = await postgresError {
                try await client.query("SELECT repeat('x', 10000) FROM generate_series(1, 20000)")
            }
            #expect(error?.code == .tooManyRows)
            let rows = try await rowCount(client, "SELECT 1")
            #expect(rows == 1)
        }
    }
}
