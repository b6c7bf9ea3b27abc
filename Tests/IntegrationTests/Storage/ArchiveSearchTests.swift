import IMProtocol
import IMStorage
import Postgres
import TestKit
import Testing

/// Search in the archive: by characters, so that it works where words have no breaks.
@Suite(.enabled(if: Stack.postgres.isUp, "scripts/stack up postgres"), .timeLimit(.minutes(5)))
struct ArchiveSearchTests {
    private static let texts = [
        "我想吃冰淇淋", "今天去哪家店", "Zürich KUBERNETES v1.29 发布", "生日快乐🎉 happy birthday", "it's 100% \\ fine_",
        "冰", "hello\nworld", "家 👨‍👩‍👧 到了", "ＦＵＬＬ width", "👍",
    ]

    @Test func `short and long queries in any script find what holds them`() async throws {
        try await withSchema { client in
            let archive = ArchiveStore(postgres: client)
            let messages = Self.texts.enumerated().map { index, text in
                ArchiveMessages.text(Int64(index + 1), at: ArchiveMessages.february + Int64(index), text)
            }
            let run = SequencedMessages(conversationID: "si_u1_u2", risingMessages: messages)
            try await archive.store([run], partition: 0, position: .init(next: 1))
            let expected: [(String, [Int64])] = [
                ("冰", [6, 1]), ("冰淇", [1]), ("冰淇淋", [1]), ("淇", [1]), ("淋", [1]), ("家", [8, 2]), ("冰棍", []),
                ("kubernetes", [3]), ("ZÜRICH", [3]), ("v1.29 发", [3]), ("1.29发", []), ("happy", [4]), ("乐🎉", [4]),
                ("🎉", [4]), ("👍", [10]), ("👨👩", [8]), ("hello world", [7]), ("o w", [7]), ("full WIDTH", [9]),
                ("100%", [5]), ("%", [5]), ("it's", [5]), (#"\"#, [5]), ("e_", [5]), ("_", [5]), ("z", [3]),
                ("x", []), (" ", []), ("", []), ("& |", []), ("a:*", []),
            ]
            for (query, seqs) in expected {
                let found = try await archive.search(query, limit: 10).map(\.message.seq)
                #expect(found == seqs, "\(query)")
            }
        }
    }

    @Test func `a search is limited by conversation, time and number`() async throws {
        try await withSchema { client in
            let archive = ArchiveStore(postgres: client)
            let start = ArchiveMessages.february
            for (index, conversation) in ["si_a_b", "si_a_c"].enumerated() {
                let messages = (1...5).map { ArchiveMessages.text($0, at: start + 10 * $0, "同样的话 \($0)") }
                let run = SequencedMessages(conversationID: conversation, risingMessages: messages)
                try await archive.store([run], partition: Int32(index), position: .init(next: 1))
            }
            #expect(try await archive.search("同样", limit: 100).count == 10)
            #expect(try await archive.search("同样", limit: 3).map(\.message.seq) == [5, 5, 4])
            let one = try await archive.search("同样", in: ["si_a_c"], limit: 100)
            #expect(one.map(\.conversationID) == Array(repeating: "si_a_c", count: 5))
            #expect(one.first?.message == ArchiveMessages.text(5, at: start + 50, "同样的话 5"))
            let early = try await archive.search("同样", times: start..<(start + 30), limit: 100)
            #expect(early.map(\.message.seq) == [2, 2, 1, 1])
            #expect(try await archive.search("同样", in: [], limit: 100) == [])
        }
    }

    @Test func `the longest texts are stored and found by their beginning`() async throws {
        try await withSchema { client in
            let archive = ArchiveStore(postgres: client)
            let long = String(
                String.UnicodeScalarView((0..<40_000).compactMap { Unicode.Scalar(0x4E00 + $0 % 20_000) })
            )
            let run = SequencedMessages(conversationID: "c", risingMessages: [ArchiveMessages.text(1, long)])
            try await archive.store([run], partition: 0, position: .init(next: 1))
            #expect(try await archive.search(String(long.prefix(300)), limit: 1).count == 1)
            #expect(try await archive.search(String(long.prefix(15_000).suffix(100)), limit: 1).isEmpty)
        }
    }
}
