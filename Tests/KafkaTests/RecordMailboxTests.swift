import Testing

@testable import Kafka

@Suite struct RecordMailboxTests {
    private func record(_ offset: Int64, size: Int = 0) -> KafkaRecord {
        KafkaRecord(topic: "t", partition: 0, offset: offset, value: [UInt8](repeating: 0, count: size))
    }

    private func offsets(_ outcome: RecordMailbox.Outcome?) throws -> [Int64]? {
        try outcome?.get()?.map(\.offset)
    }

    @Test func `a batch is bounded in records and the rest follows in order`() throws {
        var mailbox = RecordMailbox(recordsMax: 3, bytesMax: 1_000_000)
        _ = mailbox.append(RecordChunk((0..<5).map { self.record($0) }))
        #expect(mailbox.room.isEmpty)
        #expect(try self.offsets(mailbox.take()) == [0, 1, 2])
        #expect(mailbox.room.records == 1)
        #expect(try self.offsets(mailbox.take()) == [3, 4])
        #expect(mailbox.take().isNone)
    }

    @Test func `a batch is bounded in bytes and a single larger record comes alone`() throws {
        var mailbox = RecordMailbox(recordsMax: 100, bytesMax: 1000)
        _ = mailbox.append(
            RecordChunk([self.record(0, size: 400), self.record(1, size: 400), self.record(2, size: 5000)])
        )
        #expect(mailbox.room.isEmpty)
        #expect(try self.offsets(mailbox.take()) == [0, 1])
        #expect(try self.offsets(mailbox.take()) == [2])
        #expect(mailbox.room.records == 100)
    }

    @Test func `what is there is given out before the end`() throws {
        var mailbox = RecordMailbox(recordsMax: 10, bytesMax: 1000)
        _ = mailbox.append(RecordChunk([self.record(7)]))
        _ = mailbox.finish(nil)
        #expect(mailbox.room.isEmpty)
        #expect(try self.offsets(mailbox.take()) == [7])
        #expect(try mailbox.take()?.get() == nil)
    }

    @Test func `a revoked mailbox gives nothing out and stays ended`() throws {
        var mailbox = RecordMailbox(recordsMax: 10, bytesMax: 1000)
        _ = mailbox.append(RecordChunk([self.record(7)]))
        _ = mailbox.end()
        mailbox.reset()
        _ = mailbox.append(RecordChunk([self.record(8)]))
        #expect(mailbox.count == 0)
        let taken = mailbox.take()
        let outcome = try #require(taken)
        #expect(try outcome.get() == nil)
    }

    @Test func `what is filled up outside keeps its order and its bounds`() throws {
        var mailbox = RecordMailbox(recordsMax: 4, bytesMax: 1_000_000)
        _ = mailbox.append(RecordChunk([self.record(0), self.record(1)]))
        var chunk = mailbox.takeForFilling()
        #expect(mailbox.take().isNone)
        chunk.append(RecordChunk([self.record(2)]))
        _ = mailbox.append(chunk)
        #expect(mailbox.room.records == 1)
        #expect(try self.offsets(mailbox.take()) == [0, 1, 2])
    }

    @Test func `records behind a passing error are not lost`() throws {
        var mailbox = RecordMailbox(recordsMax: 10, bytesMax: 1_000_000)
        _ = mailbox.append(RecordChunk([self.record(0)]))
        _ = mailbox.finish(KafkaError(.unavailable, "away", isRetriable: true))
        _ = mailbox.append(RecordChunk([self.record(1)]))
        #expect(mailbox.room.isEmpty)
        #expect(try self.offsets(mailbox.take()) == [0, 1])
        #expect(throws: KafkaError.self) { try mailbox.take()?.get() }
        _ = mailbox.append(RecordChunk([self.record(2)]))
        #expect(try self.offsets(mailbox.take()) == [2])
    }

    @Test func `a passing error is told once and a lasting one until the position changes`() throws {
        var mailbox = RecordMailbox(recordsMax: 10, bytesMax: 1000)
        _ = mailbox.finish(KafkaError(.unavailable, "away", isRetriable: true))
        #expect(throws: KafkaError.self) { try mailbox.take()?.get() }
        #expect(mailbox.take().isNone)
        _ = mailbox.finish(KafkaError(.offsetOutOfRange, "gone"))
        #expect(throws: KafkaError.self) { try mailbox.take()?.get() }
        #expect(throws: KafkaError.self) { try mailbox.take()?.get() }
        mailbox.reset()
        #expect(mailbox.take().isNone)
    }
}

extension Optional {
    fileprivate var isNone: Bool {
        if case .none = self { true } else { false }
    }
}
