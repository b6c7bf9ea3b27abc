import IMStorage
import Mongo
import TestKit
import Testing

/// Heads, positions and the partition count on a real MongoDB.
@Suite(.enabled(if: Stack.mongo.isUp, "scripts/stack up mongo"), .timeLimit(.minutes(2)))
struct HistoryHeadTests {
    @Test func `a head rises to what was stored and is never lowered`() async throws {
        try await HistoryFixture.with { fixture in
            let (history, conversation) = (fixture.history, fixture.conversation)
            #expect(try await history.heads(of: [conversation]).isEmpty)
            try await history.raiseHeads([fixture.run(1...3), fixture.run(4...7)])
            let head = ConversationHead(maxSeq: 7, minSeq: 0, createMax: 1007)
            #expect(try await history.heads(of: [conversation]) == [conversation: head])
            try await history.raiseHeads([fixture.run(1...5)])
            #expect(try await history.heads(of: [conversation]) == [conversation: head])
            try await history.raiseHeads([])
        }
    }

    @Test func `clearing raises the smallest readable seq only`() async throws {
        try await HistoryFixture.with { fixture in
            try await fixture.store(1...7)
            try await fixture.history.clear(fixture.conversation, below: 5)
            try await fixture.history.clear(fixture.conversation, below: 3)
            let head = try await fixture.history.heads(of: [fixture.conversation])[fixture.conversation]
            #expect(head == ConversationHead(maxSeq: 7, minSeq: 5, createMax: 1007))
            #expect(try await fixture.stored(1...7).count == 7)
        }
    }

    @Test func `a floor that a restore has set counts as maximum`() async throws {
        try await HistoryFixture.with { fixture in
            try await fixture.store(1...2)
            try await fixture.mongo.collection("seq").updateOne(
                ["conversation_id": .string(fixture.conversation)],
                ["$set": .document(["floor": .int64(40)])]
            )
            let head = try await fixture.history.heads(of: [fixture.conversation])[fixture.conversation]
            #expect(head?.maxSeq == 40)
        }
    }

    @Test func `heads raised by many at the same time are one document with the greatest`() async throws {
        try await HistoryFixture.with { fixture in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for seq in Int64(1)...24 {
                    group.addTask { try await fixture.history.raiseHeads([fixture.run(seq...seq)]) }
                }
                try await group.waitForAll()
            }
            let heads = fixture.mongo.collection("seq")
            #expect(try await heads.countDocuments(["conversation_id": .string(fixture.conversation)]) == 1)
            let head = try await fixture.history.heads(of: [fixture.conversation])[fixture.conversation]
            #expect(head == ConversationHead(maxSeq: 24, minSeq: 0, createMax: 1024))
        }
    }

    @Test func `heads of many conversations are read at once`() async throws {
        try await HistoryFixture.with { fixture in
            try await fixture.store(1...2)
            let others = (0..<2500).map { "\(fixture.conversation)_\($0)" }
            let heads = try await fixture.history.heads(of: others + [fixture.conversation])
            #expect(heads.keys.sorted() == [fixture.conversation])
        }
    }

    @Test func `waiting for a head ends when it has come, and in time when it does not`() async throws {
        try await HistoryFixture.with { fixture in
            let (history, conversation) = (fixture.history, fixture.conversation)
            let error = await #expect(throws: StorageError.self) {
                try await history.waitForHead(of: conversation, atLeast: 1, within: .milliseconds(100))
            }
            #expect(error == .historyBehind(conversationID: conversation))
            async let head = history.waitForHead(of: conversation, atLeast: 2, within: .seconds(60))
            try await fixture.store(1...2)
            #expect(try await head.maxSeq == 2)
        }
    }

    @Test func `a position moves forward only`() async throws {
        try await HistoryFixture.with { fixture in
            let history = fixture.history
            let partition = Int32.random(in: 1000 ... .max)
            #expect(try await history.position(of: partition) == nil)
            try await history.savePosition(of: partition, .init(next: 7))
            #expect(try await history.position(of: partition) == .init(next: 7, epoch: nil))
            try await history.savePosition(of: partition, .init(next: 9, epoch: 8))
            try await history.savePosition(of: partition, .init(next: 3, epoch: 2))
            #expect(try await history.position(of: partition) == .init(next: 9, epoch: 8))
            try await history.savePosition(of: partition, .init(next: 12))
            #expect(try await history.position(of: partition) == .init(next: 12, epoch: 8))
            let positions = fixture.mongo.collection("pipeline")
            try await positions.deleteOne(["_id": .string("toMongo/\(partition)")])
        }
    }

    @Test func `a position that is none is refused instead of being taken for zero`() async throws {
        try await HistoryFixture.with { fixture in
            let partition = Int32.random(in: 1000 ... .max)
            let positions = fixture.mongo.collection("pipeline")
            try await positions.insertOne(["_id": .string("toMongo/\(partition)"), "next": "x"])
            await #expect(throws: StorageError.self) { try await fixture.history.position(of: partition) }
            try await positions.deleteOne(["_id": .string("toMongo/\(partition)")])
        }
    }

    @Test func `another number of partitions than at the first start is refused`() async throws {
        try await HistoryFixture.with { fixture in
            let pipeline = fixture.mongo.collection("pipeline")
            let stored = try await pipeline.findOne(["_id": "partitions"])
            let count = stored.flatMap { $0["count"] }.flatMap { Int32.decode($0) } ?? 8
            try await fixture.history.checkPartitionCount(count)
            try await fixture.history.checkPartitionCount(count)
            let error = await #expect(throws: StorageError.self) {
                try await fixture.history.checkPartitionCount(count + 1)
            }
            #expect(error?.description.contains("\(count + 1) partitions") == true)
            #expect(error?.description.contains("started with \(count)") == true)
            if stored == nil { try await pipeline.deleteOne(["_id": "partitions"]) }
        }
    }

    @Test func `the indexes have the names and the uniqueness that others expect`() async throws {
        try await HistoryFixture.with { fixture in
            let expected: [(collection: String, index: String, isUnique: Bool)] = [
                ("msg", "doc_id_1", true), ("msg", "conv_1_c1_1_c0_1", false), ("seq", "conversation_id_1", true),
                ("seq_user", "user_id_1_conversation_id_1", true),
            ]
            for (collection, index, isUnique) in expected {
                let reply = try await fixture.mongo.runCommand(["listIndexes": .string(collection)])
                let cursor: BSONDocument = try reply.decode("cursor")
                let indexes: [BSONDocument] = try cursor.decode("firstBatch")
                let found = indexes.filter { $0["name"] == .string(index) }
                #expect(found.count == 1, "\(index)")
                #expect((found.first?["unique"] == .bool(true)) == isUnique, "\(index)")
            }
        }
    }

    @Test func `reads of one session see what was written before`() async throws {
        try await HistoryFixture.with { fixture in
            let partition = Int32.random(in: 1000 ... .max)
            try await fixture.history.savePosition(of: partition, .init(next: 5))
            try await fixture.store(1...3)
            try await fixture.history.withCausalReads { session in
                #expect(try await fixture.history.position(of: partition, session: session)?.next == 5)
                let heads = try await fixture.history.heads(of: [fixture.conversation], session: session)
                #expect(heads[fixture.conversation]?.maxSeq == 3)
                let known = try await fixture.history.newest(heads, session: session)
                #expect(known[fixture.conversation]?.map(\.seq) == [1, 2, 3])
            }
            try await fixture.mongo.collection("pipeline").deleteOne(["_id": .string("toMongo/\(partition)")])
        }
    }
}
