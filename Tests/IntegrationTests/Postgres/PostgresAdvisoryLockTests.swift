import Postgres
import ServerRuntime
import Synchronization
import TestKit
import Testing

/// How many are in a place.
private final class Presence: Sendable {
    private let counts = Mutex((now: 0, most: 0))

    var most: Int { self.counts.withLock { $0.most } }

    func enter() {
        self.counts.withLock { counts in
            counts.now += 1
            counts.most = max(counts.most, counts.now)
        }
    }

    func leave() {
        self.counts.withLock { $0.now -= 1 }
    }
}

@Suite(.enabled(if: Stack.postgres.isUp, "a PostgreSQL server on the stack's port"))
struct PostgresAdvisoryLockTests {
    private func key() -> PostgresAdvisoryLockKey {
        PostgresAdvisoryLockKey("lock \(UInt64.random(in: 0 ... .max))")
    }

    /// How many sessions hold or want the lock.
    private func holders(
        _ client: PostgresClient,
        _ key: PostgresAdvisoryLockKey,
        isGranted: Bool = true
    ) async throws -> Int {
        try await rowCount(
            client,
            """
            SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted = \(isGranted)
            AND (classid::int8 << 32 | objid::int8) = \(key.number)
            """
        )
    }

    @Test func `one at a time holds a lock`() async throws {
        try await withPostgres(connectionsMax: 6) { client in
            let key = self.key()
            let presence = Presence()
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<5 {
                    group.addTask {
                        try await client.withAdvisoryLock(key) {
                            presence.enter()
                            try await Task.sleep(for: .milliseconds(20))
                            presence.leave()
                            return number
                        }
                    }
                }
                var sum = 0
                for try await number in group { sum += number }
                #expect(sum == 10)
            }
            #expect(presence.most == 1)
            let found1 = try await self.holders(client, key)
            #expect(found1 == 0)
        }
    }

    @Test func `shared holders do not wait for each other and exclude an exclusive one`() async throws {
        try await withPostgres { client in
            let key = self.key()
            let inner = try await client.withAdvisoryLock(key, mode: .shared) {
                let shared = try await client.tryAdvisoryLock(key, mode: .shared) { true }
                let exclusive = try await client.tryAdvisoryLock(key) { true }
                return (shared, exclusive)
            }
            #expect(inner.0 == true && inner.1 == nil)
            let free = try await client.tryAdvisoryLock(key) { true }
            #expect(free == true)
            let found2 = try await self.holders(client, key)
            #expect(found2 == 0)
        }
    }

    @Test func `one that waits ends at its deadline, and the lock does not stay with its connection`() async throws {
        try await withPostgres(connectionsMax: 3) { client in
            let key = self.key()
            try await client.withAdvisoryLock(key) {
                let error = await postgresError {
                    try await client.withAdvisoryLock(key, deadline: .after(.milliseconds(300))) {}
                }
                #expect(error?.code == .timeout)
            }
            let isFree = try await eventually { try await self.holders(client, key) == 0 }
            #expect(isFree)
            let found3 = try await self.holders(client, key, isGranted: false)
            #expect(found3 == 0)
        }
    }

    @Test func `the lock is given back when the body throws or is cancelled`() async throws {
        struct Stop: Error {}
        try await withPostgres { client in
            let key = self.key()
            await #expect(throws: Stop.self) { try await client.withAdvisoryLock(key) { throw Stop() } }
            let found4 = try await self.holders(client, key)
            #expect(found4 == 0)
            let task = Task { try await client.withAdvisoryLock(key) { try await Task.sleep(for: .seconds(60)) } }
            let isHeld = try await eventually { try await self.holders(client, key) == 1 }
            #expect(isHeld)
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let found5 = try await self.holders(client, key)
            #expect(found5 == 0)
        }
    }

    @Test func `a lock whose session is terminated cancels its body and says so`() async throws {
        try await withPostgres { client in
            let key = self.key()
            let wasCancelled = Atomic(false)
            let error = await postgresError {
                try await client.withAdvisoryLock(key) {
                    try await client.query(
                        """
                        SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1
                        AND (classid::int8 << 32 | objid::int8) = \(key.number)
                        """
                    )
                    do {
                        try await Task.sleep(for: .seconds(60))
                    } catch {
                        wasCancelled.store(true, ordering: .relaxed)
                    }
                }
            }
            let isCancelled = wasCancelled.load(ordering: .relaxed)
            #expect(isCancelled)
            #expect(error?.code == .connectionLost && error?.mayHaveBeenApplied == true)
            #expect(error?.message.contains("lock") == true)
            let again = try await client.withAdvisoryLock(key) { 1 }
            #expect(again == 1)
        }
    }

    @Test func `a lock of a transaction ends with it`() async throws {
        try await withPostgres { client in
            let key = self.key()
            try await client.transaction { transaction in
                try await transaction.advisoryLock(key)
                let found6 = try await transaction.tryAdvisoryLock(key)
                #expect(found6)
                let other = try await client.transaction { try await $0.tryAdvisoryLock(key) }
                #expect(!other)
            }
            let found7 = try await self.holders(client, key)
            #expect(found7 == 0)
        }
    }
}
