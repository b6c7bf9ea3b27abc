import Logging
import Postgres
import ServerRuntime
import Synchronization
import TestKit
import Testing

@Suite(.enabled(if: Stack.postgres.isUp, "a PostgreSQL server on the stack's port"))
struct PostgresCopyFaultTests {
    /// A client with one connection through a proxy.
    private func withProxy<Result: Sendable>(
        _ body: (PostgresClient, FaultProxy) async throws -> Result
    ) async throws -> Result {
        try await FaultProxy.with(to: Stack.postgres.port) { proxy in
            let password = Stack.postgres.password
            var configuration = PostgresConfiguration(
                port: proxy.port,
                database: "openim",
                username: "openim",
                password: password.isEmpty ? nil : password,
                connectionsMax: 1,
                statementTimeout: .seconds(20)
            )
            configuration.cancelGrace = .seconds(1)
            return try await withRunning(configuration) { try await body($0, proxy) }
        }
    }

    private let endless: PostgresQuery = "SELECT generate_series(1, 100000000) AS n, repeat('x', 100)"

    @Test func `a COPY out that is left early is ended on the server, and the connection goes on`() async throws {
        try await withPostgres(connectionsMax: 1) { client in
            let id = try await client.query("SELECT pg_backend_pid()").first?.decode(at: 0, as: Int.self)
            for _ in 0..<5 {
                let count = try await client.copyOut(query: self.endless) { rows in
                    var count = 0
                    for try await _ in rows {
                        count += 1
                        if count == 1_000 { break }
                    }
                    return count
                }
                #expect(count == 1_000)
            }
            let found1 = try await client.query("SELECT pg_backend_pid()").first?.decode(at: 0, as: Int.self)
            #expect(found1 == id)
        }
    }

    @Test func `a cancelled COPY ends at once in both directions and stores nothing`() async throws {
        try await withPostgres(connectionsMax: 1) { client in
            try await withTable(client, "id int8") { table in
                let reading = Task {
                    try await client.copyOut(query: self.endless) { rows in for try await _ in rows {} }
                }
                let writing = Task {
                    try await client.copyIn(into: PostgresIdentifier(table), format: .binary) { writer in
                        var id = 0
                        while !Task.isCancelled {
                            try await writer.writeRow(id)
                            id += 1
                        }
                    }
                }
                try await Task.sleep(for: .milliseconds(300))
                reading.cancel()
                let read = await postgresError { try await reading.value }
                #expect(read?.code == .cancelled)
                try await Task.sleep(for: .milliseconds(300))
                writing.cancel()
                await #expect(throws: (any Error).self) { try await writing.value }
                let found2 = try await rowCount(client, "SELECT 1 FROM \(unescaped: table)")
                #expect(found2 == 0)
            }
        }
    }

    @Test func `a slow reader makes the server wait`() async throws {
        try await self.withProxy { client, proxy in
            try await client.copyOut(query: self.endless) { rows in
                var iterator = rows.makeAsyncIterator()
                _ = try await iterator.next()
                var before = -1
                // What the sockets and the buffers hold, and then no more.
                let isStill = try await eventually(within: .seconds(20)) {
                    defer { before = proxy.counts.replyBytes }
                    try await Task.sleep(for: .milliseconds(300))
                    return proxy.counts.replyBytes == before
                }
                #expect(isStill)
                #expect(before < 64 << 20)
            }
        }
    }

    @Test(arguments: [0, 1, 1_000, 300_000, 2_000_000])
    func `a COPY out whose connection is cut ends, and the next call works`(bytes: Int) async throws {
        try await self.withProxy { client, proxy in
            try await client.query("SELECT 1")
            proxy.cut(afterReplyBytes: bytes)
            let error = await postgresError {
                try await client.copyOut(query: self.endless) { rows in for try await _ in rows {} }
            }
            #expect(error?.code == .connectionLost)
            proxy.heal()
            let found3 = try await rowCount(client, "SELECT 1")
            #expect(found3 == 1)
        }
    }

    @Test(arguments: [1_000, 300_000, 2_000_000])
    func `a COPY in whose connection is cut stores nothing, and the next call works`(bytes: Int) async throws {
        try await self.withProxy { client, proxy in
            try await withTable(client, "id int8") { table in
                proxy.cut(afterRequestBytes: bytes)
                let error = await postgresError {
                    try await client.copyIn(into: PostgresIdentifier(table), format: .binary) { writer in
                        for id in 0..<1_000_000 { try await writer.writeRow(id) }
                    }
                }
                #expect(error?.code == .connectionLost && error?.mayHaveBeenApplied == false)
                proxy.heal()
                let found4 = try await rowCount(client, "SELECT 1 FROM \(unescaped: table)")
                #expect(found4 == 0)
            }
        }
    }

    @Test func `a network that stalls ends a COPY at its deadline in both directions`() async throws {
        try await self.withProxy { client, proxy in
            try await withTable(client, "id int8") { table in
                let start = ContinuousClock.now
                let written = await postgresError {
                    try await client.copyIn(
                        into: PostgresIdentifier(table),
                        format: .binary,
                        deadline: .after(.seconds(2))
                    ) { writer in
                        proxy.apply(.stall())
                        for id in 0..<10_000_000 { try await writer.writeRow(id) }
                    }
                }
                #expect(written?.code == .timeout && written?.mayHaveBeenApplied == false)
                proxy.heal()
                let found5 = try await rowCount(client, "SELECT 1 FROM \(unescaped: table)")
                #expect(found5 == 0)
                let read = await postgresError {
                    try await client.copyOut(query: self.endless, deadline: .after(.seconds(2))) { rows in
                        proxy.apply(.stall())
                        for try await _ in rows {}
                    }
                }
                #expect(read?.code == .timeout)
                proxy.heal()
                let found6 = try await rowCount(client, "SELECT 1")
                #expect(found6 == 1)
                #expect(start.duration(to: .now) < .seconds(40))
            }
        }
    }

    @Test func `a body that throws while the network stalls does not outlive the deadline`() async throws {
        struct Stop: Error {}
        try await self.withProxy { client, proxy in
            try await withTable(client, "id int8") { table in
                let start = ContinuousClock.now
                await #expect(throws: Stop.self) {
                    try await client.copyIn(
                        into: PostgresIdentifier(table),
                        format: .binary,
                        deadline: .after(.seconds(1))
                    ) { writer in
                        try await writer.writeRow(1)
                        proxy.apply(.stall())
                        throw Stop()
                    }
                }
                await #expect(throws: (any Error).self) {
                    try await client.copyOut(query: self.endless, deadline: .after(.seconds(1))) { _ in }
                }
                #expect(start.duration(to: .now) < .seconds(4))
                proxy.heal()
                let found = try await rowCount(client, "SELECT 1 FROM \(unescaped: table)")
                #expect(found == 0)
            }
        }
    }

    @Test func `a cancelled transaction that reads a COPY ends at once`() async throws {
        try await withPostgres(connectionsMax: 1) { client in
            let start = ContinuousClock.now
            let task = Task {
                try await client.transaction { transaction in
                    try await transaction.copyOut(query: self.endless) { rows in for try await _ in rows {} }
                }
            }
            try await Task.sleep(for: .milliseconds(300))
            task.cancel()
            let error = await postgresError { try await task.value }
            #expect(error?.code == .cancelled)
            let found = try await rowCount(client, "SELECT 1")
            #expect(found == 1)
            #expect(start.duration(to: .now) < .seconds(8))
        }
    }

    @Test func `a session that is killed in the middle ends its COPY`() async throws {
        try await withPostgres(connectionsMax: 2) { client in
            let killed: PostgresQuery = "SELECT generate_series(1, 100000000) AS killed"
            let error = await postgresError {
                try await client.copyOut(query: killed) { rows in
                    var count = 0
                    for try await _ in rows {
                        count += 1
                        guard count == 1_000 else { continue }
                        try await client.query(
                            """
                            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                            WHERE query LIKE 'COPY (SELECT generate_series(1, 100000000) AS killed%' AND datname = current_database()
                            """
                        )
                    }
                }
            }
            #expect(error != nil)
            let found7 = try await rowCount(client, "SELECT 1")
            #expect(found7 == 1)
        }
    }
}
