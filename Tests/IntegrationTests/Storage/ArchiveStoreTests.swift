import IMProtocol
import IMStorage
import Postgres
import TestKit
import Testing

/// What the archive keeps when batches are repeated, overlap or contradict each other.
@Suite(.enabled(if: Stack.postgres.isUp, "scripts/stack up postgres"), .timeLimit(.minutes(5)))
struct ArchiveStoreTests {
    private static let conversation = "si_u1_u2"

    private static func run(
        _ messages: Openim_Sdkws_MsgData...,
        in conversation: String = conversation
    )
        -> SequencedMessages
    {
        SequencedMessages(conversationID: conversation, risingMessages: messages)
    }

    private static func rows(_ client: PostgresClient) async throws -> [String] {
        try await client.strings("SELECT seq || ':' || client_msg_id FROM messages ORDER BY conversation_id, seq")
    }

    @Test func `a repeated batch changes nothing`() async throws {
        try await withSchema { client in
            let archive = ArchiveStore(postgres: client)
            let batch = [Self.run(ArchiveMessages.text(1), ArchiveMessages.text(2))]
            for _ in 1...2 { try await archive.store(batch, partition: 3, position: .init(next: 7)) }
            #expect(try await archive.position(of: 3) == .init(next: 7))
            #expect(try await archive.position(of: 4) == nil)
            #expect(try await Self.rows(client) == ["1:c1", "2:c2"])
            #expect(try await archive.count(conversationID: Self.conversation) == (2, 1, 2))
            // Beyond the position, with an overlap: after a crash, the batches may be cut elsewhere.
            let overlapping = [Self.run(ArchiveMessages.text(2), ArchiveMessages.text(3))]
            try await archive.store(overlapping, partition: 3, position: .init(next: 8))
            #expect(try await Self.rows(client) == ["1:c1", "2:c2", "3:c3"])
            #expect(try await client.number("SELECT sum(single_messages)::bigint FROM message_counts_by_user") == 3)
        }
    }

    @Test func `a batch that another archiver has passed is left alone`() async throws {
        try await withSchema { client in
            let archive = ArchiveStore(postgres: client)
            try await archive.store([Self.run(ArchiveMessages.text(1))], partition: 0, position: .init(next: 10))
            try await archive.store([Self.run(ArchiveMessages.text(2))], partition: 0, position: .init(next: 9))
            #expect(try await archive.position(of: 0) == .init(next: 10))
            #expect(try await Self.rows(client) == ["1:c1"])
        }
    }

    @Test(arguments: [0, ArchiveMessages.day, 40 * ArchiveMessages.day])
    func `a second message of the same seq stays out, whatever its send time`(_ later: Int64) async throws {
        try await withSchema { client in
            _ = try await client.query("SELECT archive_make_months(\(ArchiveMessages.february), 4)")
            let archive = ArchiveStore(postgres: client)
            let other = ArchiveMessages.text(1, at: ArchiveMessages.february + later, id: "other")
            try await archive.store([Self.run(ArchiveMessages.text(1))], partition: 0, position: .init(next: 1))
            try await archive.store([Self.run(other)], partition: 0, position: .init(next: 2))
            try await archive.store(
                [Self.run(ArchiveMessages.text(2)), Self.run(other)],
                partition: 0,
                position: .init(next: 3)
            )
            #expect(try await Self.rows(client) == ["1:c1", "2:c2"])
        }
    }

    @Test func `of two messages of one seq in one batch the first one stays`() async throws {
        try await withSchema { client in
            _ = try await client.query("SELECT archive_make_months(\(ArchiveMessages.february), 4)")
            let other = ArchiveMessages.text(1, at: ArchiveMessages.february - 60 * ArchiveMessages.day, id: "other")
            let batch = [Self.run(ArchiveMessages.text(1)), Self.run(other)]
            try await ArchiveStore(postgres: client).store(batch, partition: 0, position: .init(next: 1))
            #expect(try await Self.rows(client) == ["1:c1"])
        }
    }

    @Test func `archivers of one partition that race store everything once`() async throws {
        try await withSchema(connectionsMax: 6) { client in
            let archive = ArchiveStore(postgres: client)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        for seq in 1...30 as ClosedRange<Int64> {
                            try await archive.store(
                                [Self.run(ArchiveMessages.text(seq))],
                                partition: 0,
                                position: .init(next: seq)
                            )
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await archive.count(conversationID: Self.conversation) == (30, 1, 30))
            #expect(try await client.number("SELECT sum(single_messages)::bigint FROM message_counts_by_user") == 30)
        }
    }

    @Test func `messages are counted by day, sender and group, notification streams are not`() async throws {
        try await withSchema { client in
            let day = ArchiveMessages.february
            let runs = [
                Self.run(ArchiveMessages.text(1, at: day), ArchiveMessages.text(2, at: day + ArchiveMessages.day - 1)),
                Self.run(ArchiveMessages.text(1, at: day), in: "n_u1_u2"),
                Self.run(ArchiveMessages.text(1, group: "g", at: day), in: "sg_g"),
                Self.run(ArchiveMessages.text(1, group: "g", at: day), in: "n_g"),
                Self.run(
                    ArchiveMessages.text(2, from: "u9", group: "g", at: day + ArchiveMessages.day),
                    in: "sg_g"
                ),
                Self.run(ArchiveMessages.text(1, from: "odd", at: .max), in: "si_odd_u2"),
            ]
            try await ArchiveStore(postgres: client).store(runs, partition: 5, position: .init(next: 6))
            let users = try await client.strings(
                """
                SELECT concat_ws(' ', (day - \(day)) / 86400000, send_id, partition, single_messages, group_messages)
                FROM message_counts_by_user ORDER BY day, send_id
                """
            )
            #expect(users.prefix(2) == ["0 u1 5 2 1", "1 u9 5 0 1"])
            #expect(users.count == 3)
            let groups = try await client.strings(
                "SELECT concat_ws(' ', (day - \(day)) / 86400000, group_id, messages) FROM message_counts_by_group"
            )
            #expect(groups.sorted() == ["0 g 1", "1 g 1"])
        }
    }
}
