import Postgres
import TestKit
import Testing

/// The logs of incremental sync: one step an append, one entry an element.
@Suite(.enabled(if: Stack.postgres.isUp, "scripts/stack up postgres"), .timeLimit(.minutes(5)))
struct VersionLogTests {
    private struct Head: Sendable, Hashable {
        var key: String
        var id: String
        var version: Int64
    }

    private static let marker = "____S_O_R_T_I_D____"
    private static let insert: Int32 = 1
    private static let delete: Int32 = 2
    private static let update: Int32 = 3

    private static func append(_ keys: [String], _ elements: [String], _ state: Int32) -> PostgresQuery {
        "SELECT * FROM version_log_append(1::smallint, \(keys), \(elements), \(state)::smallint, 1700000000000) ORDER BY 1"
    }

    private func append(
        _ client: PostgresClient,
        _ keys: String...,
        elements: [String],
        state: Int32
    ) async throws -> [Head] {
        var heads: [Head] = []
        for row in try await client.query(Self.append(keys, elements, state)) {
            heads.append(
                Head(key: try row.decode("key"), id: try row.decode("id"), version: try row.decode("version"))
            )
        }
        return heads
    }

    /// The entries of a log above `version` as `element:state@version`, in order.
    private func entries(_ client: PostgresClient, _ key: String, above version: Int64 = 0) async throws -> [String] {
        try await client.strings(
            """
            SELECT element || ':' || state || '@' || version FROM version_log_entries
            WHERE log = 1 AND key = \(key) AND version > \(version) ORDER BY version, place
            """
        )
    }

    @Test func `a log keeps the latest change of each element, in order`() async throws {
        try await withSchema { client in
            let first = try await self.append(client, "A", elements: ["B", "C"], state: Self.insert)
            #expect(first.map(\.version) == [1])
            #expect(try await self.entries(client, "A") == ["B:1@1", "C:1@1"])
            _ = try await self.append(client, "A", elements: ["B"], state: Self.update)
            #expect(try await self.entries(client, "A") == ["C:1@1", "B:3@2"])
            _ = try await self.append(client, "A", elements: [Self.marker, "C"], state: Self.update)
            #expect(try await self.entries(client, "A") == ["B:3@2", "\(Self.marker):3@3", "C:3@3"])
            let last = try await self.append(client, "A", elements: ["B"], state: Self.delete)
            #expect(last == [Head(key: "A", id: first.first?.id ?? "", version: 4)])
            #expect(try await self.entries(client, "A", above: 2) == ["\(Self.marker):3@3", "C:3@3", "B:2@4"])
        }
    }

    @Test func `an append without elements takes no version, a repeated element counts once`() async throws {
        try await withSchema { client in
            #expect(try await self.append(client, "A", elements: [], state: Self.insert) == [])
            let heads = try await self.append(client, "A", elements: ["B", "C", "B"], state: Self.insert)
            #expect(heads.map(\.version) == [1])
            #expect(try await self.entries(client, "A") == ["B:1@1", "C:1@1"])
        }
    }

    @Test func `one call appends to many logs, each with its own version`() async throws {
        try await withSchema { client in
            _ = try await self.append(client, "B", elements: ["x"], state: Self.insert)
            let heads = try await self.append(client, "C", "A", "B", "C", elements: ["x"], state: Self.update)
            #expect(heads.map(\.key) == ["A", "B", "C"])
            #expect(heads.map(\.version) == [1, 2, 1])
            #expect(Set(heads.map(\.id)).count == 3)
            #expect(heads.allSatisfy { $0.id.utf8.count == 24 && $0.id.hasPrefix("6553f100") })
        }
    }

    @Test func `a log that is removed begins a new life with a new version id`() async throws {
        try await withSchema { client in
            let old = try await self.append(client, "A", elements: ["B", "C"], state: Self.insert)
            try await client.execute("DELETE FROM version_log_heads WHERE log = 1 AND key = 'A'")
            #expect(try await self.entries(client, "A") == [])
            let new = try await self.append(client, "A", elements: ["B"], state: Self.insert)
            #expect(new.map(\.version) == [1])
            #expect(new.map(\.id) != old.map(\.id))
        }
    }

    @Test func `concurrent writers take versions without gaps, and roll-backs take none`() async throws {
        try await withSchema(connectionsMax: 8) { client in
            let versions = try await withThrowingTaskGroup(of: [Int64].self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        var versions: [Int64] = []
                        for step in 0..<25 {
                            // One in five changes its mind, holding the lock meanwhile.
                            let fails = step % 5 == 4
                            let version = try? await client.transaction { transaction in
                                let rows = try await transaction.query(
                                    Self.append(["A"], ["w\(writer)", "s\(step)"], Self.update)
                                )
                                let version = try rows.first?.decode("version", as: Int64.self) ?? 0
                                if fails { throw CancellationError() }
                                return version
                            }
                            if let version { versions.append(version) }
                        }
                        return versions
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(versions.sorted() == Array(1...160))
            // One entry for each of 8 writers and 20 committed steps, none above the head.
            #expect(try await self.entries(client, "A").count == 28)
            #expect(try await self.entries(client, "A", above: 160) == [])
        }
    }

    @Test func `writers of several logs in any order do not lock each other out`() async throws {
        try await withSchema(connectionsMax: 6) { client in
            let keys = (0..<20).map { "k\($0)" }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<6 {
                    group.addTask {
                        for _ in 0..<20 {
                            let order = writer % 2 == 0 ? keys : keys.reversed()
                            try await client.query(Self.append(order, ["w\(writer)"], Self.update))
                        }
                    }
                }
                try await group.waitForAll()
            }
            let uneven = try await client.number("SELECT count(*) FROM version_log_heads WHERE version <> 120")
            #expect(uneven == 0)
        }
    }

    @Test func `one statement reads what decides between a full and an incremental answer`() async throws {
        try await withSchema { client in
            for step in 1...10 { _ = try await self.append(client, "A", elements: ["e\(step)"], state: Self.insert) }
            let read: (Int64) async throws -> (Int64, Int64, Int64) = { known in
                let rows = try await client.query(
                    """
                    SELECT head.version, head.deleted, count(entry) AS entries
                    FROM version_log_heads AS head LEFT JOIN version_log_entries AS entry
                        ON entry.log = head.log AND entry.key = head.key AND entry.version > \(known)
                    WHERE head.log = 1 AND head.key = 'A' GROUP BY head.version, head.deleted
                    """
                )
                guard let row = rows.first else { return (0, 0, 0) }
                return (try row.decode("version"), try row.decode("deleted"), try row.decode("entries"))
            }
            #expect(try await read(4) == (10, 0, 6))
            // Cut short: whoever knows version 7 or less misses something and needs all.
            try await client.execute("DELETE FROM version_log_entries WHERE version <= 7")
            try await client.execute("UPDATE version_log_heads SET deleted = 7")
            #expect(try await read(4) == (10, 7, 3))
            #expect(try await read(8) == (10, 7, 2))
        }
    }
}
