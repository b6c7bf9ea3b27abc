import NIOCore
import TestKit
import Testing

@testable import KafkaDev

@Suite struct LogRetentionTests {
    @Test func `the oldest segments go while the others hold enough`() throws {
        var fixture = LogFixture(segmentBytes: 4_096)
        fixture.options.retentionBytes = 10_000
        let log = try fixture.open()
        for _ in 0..<400 { try fixture.append(TestBatch(), log) }
        try log.applyRetention(now: 0)
        #expect(log.sizeBytes >= 10_000)
        #expect(log.sizeBytes < 10_000 + 4_096 * 2)
        #expect(log.startOffset > 0)
        #expect(try fixture.headers(log).first?.baseOffset == log.startOffset)
        #expect(try fixture.open().startOffset == log.startOffset)
    }

    @Test func `segments go when their newest record is too old, the last one too`() throws {
        var fixture = LogFixture(segmentBytes: 4_096)
        fixture.options.retentionMilliseconds = 1_000
        let log = try fixture.open()
        for index in 0..<200 { try fixture.append(TestBatch(timestamps: [Int64(index)]), log) }
        try log.applyRetention(now: 1_100)
        #expect(log.startOffset > 50)
        #expect(log.startOffset <= 100)
        try log.applyRetention(now: 5_000)
        #expect(log.startOffset == 200)
        #expect(log.segments.count == 1)
        #expect(try fixture.append(TestBatch(), log) == .at(200, end: 201))
        #expect(try fixture.open().startOffset == 200)
    }

    @Test func `a segment that is removed before its sync does not end the partition`() throws {
        var fixture = LogFixture(segmentBytes: 4_096)
        fixture.options.retentionMilliseconds = 1_000
        let log = try fixture.open()
        for index in 0..<200 { try fixture.append(TestBatch(timestamps: [Int64(index)]), log) }
        try log.applyRetention(now: 5_000)
        fixture.sync(log, includesActive: false)
        fixture.sync(log)
        #expect(log.failure == nil)
        #expect(try fixture.append(TestBatch(), log) == .at(200, end: 201))
        fixture.sync(log)
        fixture.files.powerCut()
        #expect(try fixture.open().endOffset == 201)
    }

    @Test func `clean stops leave one snapshot of producers, not one each`() throws {
        let fixture = LogFixture()
        for round in 0..<5 {
            let log = try fixture.open(isClean: round > 0)
            #expect(log.endOffset == Int64(round))
            let batch = TestBatch(producerID: 1, epoch: 0, sequence: Int32(round))
            #expect(try fixture.append(batch, log) == .at(Int64(round), end: Int64(round) + 1))
            try log.close()
        }
        #expect(fixture.files.paths.filter { $0.hasSuffix(".producers") }.count == 1)
    }

    @Test func `a deleted beginning stays deleted, also after a power cut`() throws {
        let fixture = LogFixture(segmentBytes: 4_096)
        let log = try fixture.open()
        for index in 0..<200 { try fixture.append(TestBatch(timestamps: [Int64(index)]), log) }
        fixture.sync(log)
        try log.deleteRecords(before: 130)
        #expect(log.startOffset == 130)
        #expect(log.segments.first.map { $0.endOffset > 130 } == true)
        #expect(!log.contains(129))
        #expect(log.contains(130))
        fixture.files.powerCut()
        let again = try fixture.open()
        #expect(again.startOffset == 130)
        #expect(again.endOffset == 200)
        #expect(try again.find(notBefore: 0)?.offset == 130)
        try again.deleteRecords(before: 10)
        #expect(again.startOffset == 130)
        try again.deleteRecords(before: 200)
        #expect(again.startOffset == 200)
        #expect(try fixture.headers(again).isEmpty)
    }

    @Test func `times are found to the record, out of order too`() throws {
        let fixture = LogFixture(segmentBytes: 4_096)
        let log = try fixture.open()
        var random = SeededGenerator(seed: 3)
        var timestamps: [Int64] = []
        for _ in 0..<300 {
            let batch = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                Int64.random(in: 0..<1_000, using: &random)
            }
            timestamps += batch
            try fixture.append(TestBatch(timestamps: batch), log)
        }
        for time in Int64(0)...1_000 {
            #expect(try log.find(notBefore: time)?.offset == timestamps.firstIndex { $0 >= time }.map(Int64.init))
        }
        let newest = try #require(try log.findNewest())
        #expect(newest.timestamp == timestamps.max())
        #expect(timestamps[Int(newest.offset)] == newest.timestamp)
    }

    @Test func `in a compressed batch the first record stands for all`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        try fixture.append(TestBatch(timestamps: [10, 20, 30], codec: 1), log)
        try fixture.append(TestBatch(timestamps: [40, 50, 60], codec: 1), log)
        #expect(try log.find(notBefore: 25)?.offset == 0)
        #expect(try log.find(notBefore: 31)?.offset == 3)
        #expect(try log.find(notBefore: 61) == nil)
        #expect(try log.findNewest()?.offset == 5)
    }
}
