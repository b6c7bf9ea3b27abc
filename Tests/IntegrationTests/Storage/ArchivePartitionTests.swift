import IMStorage
import Logging
import Postgres
import ServerRuntime
import TestKit
import Testing

/// The months of the archive.
@Suite(.enabled(if: Stack.postgres.isUp, "scripts/stack up postgres"), .timeLimit(.minutes(5)))
struct ArchivePartitionTests {
    private static let logger = Logger(label: "storage-tests") { _ in SwiftLogNoOpLogHandler() }

    private func partitions(_ client: PostgresClient, at time: Int64) -> ArchivePartitions {
        ArchivePartitions(postgres: client, clock: WallClock { time }, logger: Self.logger)
    }

    private static let months: PostgresQuery = """
        SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'messages'::regclass ORDER BY 1
        """

    /// Where the messages are, as `seq in partition`.
    private static let places: PostgresQuery = "SELECT seq || ' in ' || tableoid::regclass FROM messages ORDER BY seq"

    private func store(_ client: PostgresClient, _ times: [Int64], partition: Int32 = 0) async throws {
        for (index, time) in times.enumerated() {
            let seq = Int64(index + 1)
            let run = SequencedMessages(
                conversationID: "si_u1_u2",
                risingMessages: [ArchiveMessages.text(seq, at: time)]
            )
            try await ArchiveStore(postgres: client).store([run], partition: partition, position: .init(next: seq))
        }
    }

    @Test func `each message goes to the month of its send time in UTC`() async throws {
        try await withSchema { client in
            #expect(try await self.partitions(client, at: ArchiveMessages.february).make() == 4)
            let months = ["messages_2026_02", "messages_2026_03", "messages_2026_04", "messages_2026_05"]
            #expect(try await client.strings(Self.months) == months + ["messages_default"])
            let march: Int64 = 1_772_323_200_000
            try await self.store(client, [march - 1, march, ArchiveMessages.february, 0, .max, .min, -1])
            #expect(
                try await client.strings(Self.places) == [
                    "1 in messages_2026_02", "2 in messages_2026_03", "3 in messages_2026_02", "4 in messages_default",
                    "5 in messages_default", "6 in messages_default", "7 in messages_default",
                ]
            )
        }
    }

    @Test func `ten processes make each month once`() async throws {
        try await withSchema(connectionsMax: 10) { client in
            let made = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<10 {
                    group.addTask { try await self.partitions(client, at: ArchiveMessages.february).make() }
                }
                return try await group.reduce(0, +)
            }
            // A call counts what it made itself: together the four months.
            #expect(made == 4)
            #expect(try await self.partitions(client, at: ArchiveMessages.february).make() == 0)
        }
    }

    @Test func `messages that came before their month was made move into it, under writers`() async throws {
        try await withSchema(connectionsMax: 6) { client in
            let month = ArchiveMessages.day * 30
            try await self.store(client, [ArchiveMessages.february, ArchiveMessages.february + month])
            #expect(try await client.strings(Self.places).allSatisfy { $0.hasSuffix("messages_default") })
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<4 {
                    group.addTask {
                        for seq in 1...40 as ClosedRange<Int64> {
                            let time = ArchiveMessages.february + seq % 3 * month
                            let run = SequencedMessages(
                                conversationID: "si_w\(writer)_x",
                                risingMessages: [ArchiveMessages.text(seq, at: time)]
                            )
                            let archive = ArchiveStore(postgres: client)
                            try await archive.store([run], partition: Int32(writer + 1), position: .init(next: seq))
                        }
                    }
                }
                group.addTask { _ = try await self.partitions(client, at: ArchiveMessages.february).make() }
                try await group.waitForAll()
            }
            #expect(try await client.number("SELECT count(*) FROM messages") == 162)
            #expect(try await client.number("SELECT count(*) FROM messages_default") == 0)
        }
    }

    @Test func `a month can be detached, and is not made again while its table is there`() async throws {
        try await withSchema { client in
            let partitions = self.partitions(client, at: ArchiveMessages.february)
            try await partitions.make()
            try await self.store(client, [ArchiveMessages.february])
            try await client.execute("ALTER TABLE messages DETACH PARTITION messages_2026_02")
            #expect(try await partitions.make() == 0)
            #expect(try await client.number("SELECT count(*) FROM messages") == 0)
            #expect(try await client.number("SELECT count(*) FROM messages_2026_02") == 1)
            // What is archived already stays out, although its month is gone.
            try await self.store(client, [ArchiveMessages.february], partition: 1)
            #expect(try await client.number("SELECT count(*) FROM messages") == 0)
        }
    }

    @Test func `every part has its primary key and all indexes of the whole`() async throws {
        try await withSchema { client in
            try await self.partitions(client, at: ArchiveMessages.february).make()
            let indexes = try await client.strings(
                """
                SELECT count(*)::text FROM pg_index JOIN pg_inherits ON inhrelid = indrelid
                WHERE inhparent = 'messages'::regclass AND indisvalid GROUP BY indrelid
                """
            )
            #expect(indexes == Array(repeating: "5", count: 5))
            let keys = try await client.number(
                """
                SELECT count(*) FROM pg_constraint JOIN pg_inherits ON inhrelid = conrelid
                WHERE inhparent = 'messages'::regclass AND contype = 'p' AND cardinality(conkey) = 2
                """
            )
            #expect(keys == 5)
        }
    }

    @Test func `the service makes the months and ends with its task`() async throws {
        try await withSchema { client in
            let partitions = self.partitions(client, at: ArchiveMessages.february)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await partitions.run() }
                while try await client.strings(Self.months).count < 5 { try await Task.sleep(for: .milliseconds(20)) }
                group.cancelAll()
                await #expect(throws: CancellationError.self) { try await group.waitForAll() }
            }
        }
    }
}
