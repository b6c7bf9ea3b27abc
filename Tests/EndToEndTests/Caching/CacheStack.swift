import Glibc
import IMStorage
import Logging
import Postgres
import Redis
import TestKit
import Testing

/// A database of its own on the live stack, and as many server processes before it as a test wants, as the caches see them.
struct CacheStack: Sendable {
    /// Part of every name, so that nobody else's keys and channels are touched.
    let id = String(UInt64.random(in: 0 ... .max), radix: 36)
    /// How the database is reached.
    let configuration: PostgresConfiguration
    /// Looks at the database beside the processes.
    let postgres: PostgresClient

    static let redisDatabase = 8

    private init(_ database: String) {
        self.configuration = Self.configuration(database)
        self.postgres = PostgresClient(self.configuration, logger: Self.logger)
    }

    /// Runs `body` with an empty database of the current schema, and cleans up.
    static func run(_ body: (CacheStack) async throws -> Void) async throws {
        signal(SIGPIPE, SIG_IGN)
        let database = "openim_cache_\(UInt64.random(in: 0 ... .max))"
        try await self.withAdministrator { _ = try await $0.execute("CREATE DATABASE \(unescaped: database)") }
        let result: Result<Void, any Error>
        do {
            let stack = CacheStack(database)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await stack.postgres.run() }
                defer { group.cancelAll() }
                try await stack.postgres.migrate(SchemaMigrations.all)
                try await body(stack)
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try await self.withAdministrator {
            _ = try await $0.execute("DROP DATABASE IF EXISTS \(unescaped: database) WITH (FORCE)")
        }
        try result.get()
    }

    /// Runs `body` with a process.
    ///
    /// - Parameters:
    ///   - redisPort: where it finds Redis, such as a proxy.
    ///   - isLocal: whether it has local caches.
    ///   - isRelaying: whether its relay runs.
    ///   - body: what is done with it.
    /// - Throws: what `body` throws.
    func withNode(
        redisPort: Int = Stack.redis.port,
        isLocal: Bool = true,
        isRelaying: Bool = false,
        _ body: (CacheNode) async throws -> Void
    ) async throws {
        let node = try CacheNode(self, redisPort: redisPort, isLocal: isLocal)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await node.redis.run() }
            group.addTask { try await node.postgres.run() }
            group.addTask { try await node.caches.run() }
            if isRelaying { group.addTask { try await node.relay.run() } }
            defer { group.cancelAll() }
            if isLocal { try #require(try await eventually { node.isListening }) }
            try await body(node)
        }
    }

    /// Runs `body` with several processes.
    func withNodes(
        _ count: Int,
        isLocal: Bool = true,
        isRelaying: Bool = false,
        _ body: ([CacheNode]) async throws -> Void
    ) async throws {
        func add(to nodes: [CacheNode]) async throws {
            guard nodes.count < count else { return try await body(nodes) }
            try await self.withNode(isLocal: isLocal, isRelaying: isRelaying) { try await add(to: nodes + [$0]) }
        }
        try await add(to: [])
    }

    /// A user id of this test.
    func user(_ name: String = "u") -> String {
        "\(name)_\(self.id)"
    }

    /// The number of invalidations that are owed.
    func owed() async throws -> Int64 {
        let rows = try await self.postgres.query("SELECT count(*) AS n FROM cache_invalidations")
        return try #require(rows.first).decode("n")
    }

    /// Says nothing.
    static let logger = Logger(label: "cache tests") { _ in SwiftLogNoOpLogHandler() }

    static func configuration(_ database: String) -> PostgresConfiguration {
        PostgresConfiguration(
            host: Stack.postgres.host,
            port: Stack.postgres.port,
            database: database,
            username: "openim",
            password: Stack.postgres.password,
            connectionsMax: 4
        )
    }

    private static func withAdministrator(_ body: (PostgresClient) async throws -> Void) async throws {
        let admin = PostgresClient(self.configuration("openim"), logger: self.logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await admin.run() }
            defer { group.cancelAll() }
            try await body(admin)
        }
    }
}
