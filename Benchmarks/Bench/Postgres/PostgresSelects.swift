import CPostgresBaseline
import Postgres

/// Many callers that select rows by their keys, over few connections.
struct PostgresSelects {
    /// Who asks how often.
    struct Load: Sendable {
        var callers: Int
        var connections: Int
        var calls: Int
        /// Keys are 1 to this.
        var keys: Int
    }

    static let connections = 8
    /// As the client makes it of the query below.
    static let placeholderSQL = "SELECT id, name, number FROM bench_keys WHERE id = $1"
    private static let goal = Goal.ratioAtLeast(0.9)

    private let setting: PostgresBenchSetting
    private let load: Load

    init(_ setting: PostgresBenchSetting) {
        self.setting = setting
        self.load = Load(
            callers: 64,
            connections: Self.connections,
            calls: setting.scaled(32_000, least: 3200),
            keys: setting.scaled(100_000, least: 1000)
        )
    }

    func run() async throws {
        let name = "postgres.select.\(self.load.callers)x\(self.load.connections)"
        guard self.setting.options.includes(name) else { return }
        let (load, server) = (self.load, self.setting.server)
        try await self.setting.withClient { client in
            try await Self.fill(load, client)
            try await PostgresComparison(name: name, things: "calls", thing: "call").run(
                self.setting,
                c: { try await PostgresCBaseline.select(load, oneEach: true, server) },
                [
                    .init("default executor", goal: Self.goal) { try await Self.select(load, client, nil) },
                    .init("client's executor", goal: Self.goal) {
                        try await Self.select(load, client, client.executor)
                    },
                    .init("C in pipeline mode") {
                        try await PostgresCBaseline.select(load, oneEach: false, server)
                    },
                ]
            )
        }
    }

    private static func fill(_ load: Load, _ client: PostgresClient) async throws {
        try await client.execute("DROP TABLE IF EXISTS bench_keys")
        try await client.execute("CREATE TABLE bench_keys (id int8 PRIMARY KEY, name text, number int4)")
        try await client.execute(
            """
            INSERT INTO bench_keys SELECT i, 'name of ' || i, i
            FROM generate_series(1, \(Int64(load.keys))) AS numbers (i)
            """
        )
        try await client.execute("VACUUM ANALYZE bench_keys")
    }

    /// Lets all callers make their calls; without an executor on the default one.
    private static func select(
        _ load: Load,
        _ client: PostgresClient,
        _ executor: (any TaskExecutor)?
    ) async throws -> Effort {
        let callsEach = load.calls / load.callers
        return try await Effort.of(callsEach * load.callers) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for caller in 0..<load.callers {
                    group.addTask(executorPreference: executor) {
                        var state = UInt64(caller)
                        for _ in 0..<callsEach {
                            state = postgres_baseline_next(state)
                            try await self.select(Int64(1 + (state >> 33) % UInt64(load.keys)), client)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    private static func select(_ key: Int64, _ client: PostgresClient) async throws {
        let rows = try await client.query("SELECT id, name, number FROM bench_keys WHERE id = \(key)")
        guard let row = rows.first else { throw BenchFailure("no row of the key \(key)") }
        let (id, name, number) = try row.decode((Int64, String, Int32).self)
        guard id == key, !name.isEmpty, number == key else { throw BenchFailure("a wrong row of the key \(key)") }
    }
}
