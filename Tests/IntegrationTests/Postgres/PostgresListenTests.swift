import Postgres
import ServerRuntime
import TestKit
import Testing

@Suite(.enabled(if: Stack.postgres.isUp, "a PostgreSQL server on the stack's port"))
struct PostgresListenTests {
    private func channel() -> PostgresIdentifier {
        PostgresIdentifier("Channel \"\(UInt64.random(in: 0 ... .max))\"")
    }

    @Test func `messages come in order, from all channels, with their sender`() async throws {
        try await withPostgres(connectionsMax: 1) { client in
            let (first, second) = (self.channel(), self.channel())
            let sender = try await client.query("SELECT pg_backend_pid()").first?.decode(at: 0, as: Int32.self) ?? 0
            func message(_ channel: PostgresIdentifier, _ payload: String) -> PostgresNotificationEvent {
                .notification(PostgresNotification(channel: channel.name, payload: payload, processID: sender))
            }
            try await client.listen(on: [first, second]) { events in
                try await client.notify(first, payload: "naïve 表")
                try await client.notify(second)
                try await client.transaction { try await $0.notify(first, payload: "committed") }
                let undone = await postgresError {
                    try await client.transaction { transaction in
                        try await transaction.notify(first, payload: "undone")
                        throw PostgresError(.server, "no")
                    }
                }
                #expect(undone?.code == .server)
                try await client.notify(second, payload: "last")
                var iterator = events.makeAsyncIterator()
                for expected in [
                    message(first, "naïve 表"), message(second, ""), message(first, "committed"),
                    message(second, "last"),
                ] {
                    let found1 = try await iterator.next()
                    #expect(found1 == expected)
                }
            }
        }
    }

    @Test func `a listener that is slow is told how many it missed`() async throws {
        try await withPostgres { client in
            let (name, other) = (self.channel(), self.channel())
            try await client.listen(on: [name, other], bufferMax: 10) { events in
                try await client.transaction { transaction in
                    for number in 1...100 { try await transaction.notify(name, payload: "\(number)") }
                }
                try await Task.sleep(for: .milliseconds(500))
                var iterator = events.makeAsyncIterator()
                let found2 = try await iterator.next()
                #expect(found2 == .missed(count: 90))
                guard case .notification(let message) = try await iterator.next() else {
                    Issue.record("no message")
                    return
                }
                #expect(message.payload == "91")
            }
        }
    }

    @Test func `a cancelled listener ends, and leaves no connection`() async throws {
        try await withPostgres { client in
            let name = self.channel()
            let listening = Task { try await client.listen(on: [name]) { events in for try await _ in events {} } }
            let marker = "LISTEN \(try name.quoted())%"
            func count() async throws -> Int {
                try await rowCount(client, "SELECT 1 FROM pg_stat_activity WHERE query LIKE \(marker)")
            }
            let isListening = try await eventually { try await count() == 1 }
            #expect(isListening)
            listening.cancel()
            let error = await postgresError { try await listening.value }
            #expect(error?.code == .cancelled)
            let isGone = try await eventually { try await count() == 0 }
            #expect(isGone)
        }
    }

    @Test func `a lost connection is replaced, and the listener is told`() async throws {
        try await FaultProxy.with(to: Stack.postgres.port) { proxy in
            let password = Stack.postgres.password
            var configuration = PostgresConfiguration(
                port: proxy.port,
                database: "openim",
                username: "openim",
                password: password.isEmpty ? nil : password
            )
            configuration.connectTimeout = .seconds(1)
            try await withRunning(configuration) { client in
                let name = self.channel()
                try await client.listen(on: [name]) { events in
                    var iterator = events.makeAsyncIterator()
                    for round in 1...3 {
                        proxy.apply(.refuse)
                        proxy.apply(.reset)
                        try await Task.sleep(for: .milliseconds(300))
                        proxy.heal()
                        let found3 = try await iterator.next()
                        #expect(found3 == .reconnected)
                        try await client.notify(name, payload: "\(round)")
                        guard case .notification(let message) = try await iterator.next() else {
                            Issue.record("no message in round \(round)")
                            return
                        }
                        #expect(message.payload == "\(round)")
                    }
                }
            }
        }
    }

    @Test func `a listener goes on after a restart of the server`() async throws {
        try await withPrivatePostgres { port, start, kill in
            let configuration = PostgresConfiguration(port: port, database: "postgres", username: "app")
            try await withRunning(configuration) { client in
                try await client.listen(on: ["news"]) { events in
                    var iterator = events.makeAsyncIterator()
                    try await client.notify("news", payload: "before")
                    guard case .notification(let first) = try await iterator.next() else {
                        Issue.record("no message before")
                        return
                    }
                    #expect(first.payload == "before")
                    try await Shell.run(kill)
                    try await Task.sleep(for: .milliseconds(500))
                    try await Shell.run(start)
                    let event = try await iterator.next()
                    #expect(event == .reconnected)
                    try await client.notify("news", payload: "after")
                    guard case .notification(let second) = try await iterator.next() else {
                        Issue.record("no message after")
                        return
                    }
                    #expect(second.payload == "after")
                }
            }
        }
    }

    @Test func `a listener to a server that is not there fails by its deadline`() async throws {
        let configuration = PostgresConfiguration(port: 1, database: "postgres", username: "app")
        try await withRunning(configuration) { client in
            let error = await postgresError {
                try await client.listen(on: ["x"], deadline: .after(.seconds(1))) { _ in }
            }
            #expect(error?.code == .connectionFailed)
        }
    }

    @Test func `a payload has a limit that the error names`() async throws {
        try await withPostgres { client in
            let name = self.channel()
            try await client.listen(on: [name]) { events in
                try await client.notify(name, payload: String(repeating: "x", count: 7_999))
                var iterator = events.makeAsyncIterator()
                guard case .notification(let message) = try await iterator.next() else { return }
                #expect(message.payload.utf8.count == 7_999)
            }
            let long = String(repeating: "é", count: 4_000)
            let error = await postgresError { try await client.notify(name, payload: long) }
            #expect(error?.code == .invalidValue && error?.message.contains("7999") == true)
            let none = await postgresError { try await client.listen(on: []) { _ in } }
            #expect(none?.code == .invalidQuery)
        }
    }
}
