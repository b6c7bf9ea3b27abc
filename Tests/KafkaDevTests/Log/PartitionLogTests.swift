import Logging
import NIOCore
import TestKit
import Testing

@testable import KafkaDev

@Suite struct PartitionLogTests {
    @Test func `batches get their offsets and are read back as they were`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        #expect(try fixture.append(TestBatch(timestamps: [1, 2, 3]), log) == .at(0, end: 3))
        #expect(try fixture.append(TestBatch(timestamps: [4]), log) == .at(3, end: 4))
        let headers = try fixture.headers(log)
        #expect(headers.map(\.baseOffset) == [0, 3])
        #expect(headers.map(\.lastOffset) == [2, 3])
        // From the middle of a batch, the whole batch.
        #expect(try fixture.headers(log, from: 2).map(\.baseOffset) == [0, 3])
        #expect(try fixture.headers(log, from: 3).map(\.baseOffset) == [3])
        #expect(try fixture.headers(log, from: 4).isEmpty)
    }

    @Test func `a read ends with a whole batch and has at least one when asked to`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        for _ in 0..<5 { try fixture.append(TestBatch(valueBytes: 100), log) }
        let size = TestBatch(valueBytes: 100).bytes.readableBytes
        #expect(try log.read(from: 0, bytesMax: size * 2 + 5, takesOversized: false).readableBytes == size * 2)
        #expect(try log.read(from: 0, bytesMax: size - 1, takesOversized: true).readableBytes == size)
        #expect(try log.read(from: 0, bytesMax: size - 1, takesOversized: false).readableBytes == 0)
    }

    @Test(arguments: [true, false]) func `what was written is there after a restart, clean or not`(isClean: Bool) throws
    {
        let fixture = LogFixture(segmentBytes: 4_096)
        let log = try fixture.open()
        for index in 0..<300 {
            try fixture.append(
                TestBatch(timestamps: [Int64(index)], producerID: 9, epoch: 0, sequence: Int32(index)),
                log
            )
        }
        #expect(log.segments.count > 3)
        if isClean { try log.close() }
        let again = try fixture.open(isClean: isClean)
        #expect(again.endOffset == 300)
        #expect(try fixture.headers(again).map(\.baseOffset) == Array(0..<300))
        #expect(again.producers.states[9]?.nextSequence == 300)
        #expect(again.producers.states[9]?.batches.map(\.baseOffset) == [295, 296, 297, 298, 299])
        #expect(try again.find(notBefore: 150)?.offset == 150)
        #expect(try fixture.append(TestBatch(), again) == .at(300, end: 301))
    }

    @Test func `a clean restart reads neither the records nor their checksums`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        for _ in 0..<10 { try fixture.append(TestBatch(), log) }
        try log.close()
        let file = try #require(fixture.files.file("log/\(LogSegment.name(0, ".log"))"))
        file.content[70] ^= 1
        #expect(try fixture.open(isClean: true).endOffset == 10)
        #expect(try fixture.open(isClean: false).endOffset == 0)
    }

    @Test func `the log survives a cut at every byte of its last two batches`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        for index in 0..<6 { try fixture.append(TestBatch(timestamps: [Int64(index)], valueBytes: 40), log) }
        let file = try #require(fixture.files.file("log/\(LogSegment.name(0, ".log"))"))
        let whole = file.content
        let size = whole.count / 6
        for length in (4 * size)...(6 * size) {
            file.content = Array(whole[..<length])
            let again = try fixture.open(isClean: false)
            #expect(again.endOffset == Int64(length / size), "cut at \(length)")
            #expect(file.content.count == length / size * size)
            #expect(try fixture.append(TestBatch(), again) == .at(Int64(length / size), end: Int64(length / size) + 1))
        }
    }

    @Test func `the log survives garbage and zeros behind its end, and a changed byte anywhere`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        for index in 0..<4 { try fixture.append(TestBatch(timestamps: [Int64(index)]), log) }
        let file = try #require(fixture.files.file("log/\(LogSegment.name(0, ".log"))"))
        let whole = file.content
        let size = whole.count / 4
        for tail in [[UInt8](repeating: 0, count: 4_096), [UInt8](repeating: 0xff, count: 100), Array(whole[..<size])] {
            file.content = whole + tail
            #expect(try fixture.open(isClean: false).endOffset == 4)
        }
        for index in whole.indices {
            var damaged = whole
            damaged[index] ^= 0x04
            file.content = damaged
            let end = try fixture.open(isClean: false).endOffset
            // The leader epoch (bytes 12 to 15) is the only thing that nothing checks.
            #expect(end == (12..<16 ~= index % size ? 4 : Int64(index / size)), "byte \(index)")
        }
    }

    @Test func `a lost or wrong index is made anew`() throws {
        for garbage in [[], [UInt8](repeating: 0xff, count: 24), [1, 2, 3]] as [[UInt8]] {
            let fixture = LogFixture(segmentBytes: 4_096)
            let log = try fixture.open()
            for index in 0..<200 { try fixture.append(TestBatch(timestamps: [Int64(index)]), log) }
            try log.close()
            for path in fixture.files.paths where path.hasSuffix(".index") {
                fixture.files.file(path)?.content = garbage
            }
            let again = try fixture.open(isClean: true)
            #expect(again.endOffset == 200)
            #expect(try fixture.headers(again).count == 200)
            #expect(try again.find(notBefore: 77)?.offset == 77)
        }
    }

    @Test func `a full disk refuses records, harms nothing, and more are taken when there is room`() throws {
        for room in 0..<200 {
            let fixture = LogFixture(segmentBytes: 4_096)
            let log = try fixture.open()
            for sequence in 0..<40 {
                try fixture.append(TestBatch(producerID: 3, epoch: 0, sequence: Int32(sequence)), log)
            }
            fixture.files.roomLeft = room
            var sequence: Int32 = 40
            #expect(throws: StorageError.self) {
                while true {
                    try fixture.append(TestBatch(producerID: 3, epoch: 0, sequence: sequence), log)
                    sequence += 1
                }
            }
            let end = log.endOffset
            #expect(end == Int64(sequence))
            #expect(try fixture.headers(log).count == Int(end))
            fixture.files.roomLeft = nil
            // The batches behind the failed one were under way: they must not overtake it.
            let next = TestBatch(producerID: 3, epoch: 0, sequence: sequence + 1)
            #expect(try fixture.append(next, log) == .refused(.outOfOrderSequence))
            let again = TestBatch(producerID: 3, epoch: 0, sequence: sequence)
            #expect(try fixture.append(again, log) == .at(end, end: end + 1))
            #expect(try fixture.open(isClean: false).endOffset == end + 1)
        }
    }

    @Test func `batches behind the failed first one of a producer do not overtake it`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        fixture.files.roomLeft = 20
        #expect(throws: StorageError.self) {
            try fixture.append(TestBatch(producerID: 4, epoch: 0, sequence: 0), log)
        }
        fixture.files.roomLeft = nil
        let second = TestBatch(producerID: 4, epoch: 0, sequence: 1)
        #expect(try fixture.append(second, log) == .refused(.outOfOrderSequence))
        #expect(try fixture.append(TestBatch(producerID: 4, epoch: 0, sequence: 0), log) == .at(0, end: 1))
        #expect(try fixture.append(second, log) == .at(1, end: 2))
    }

    @Test func `a failed sync ends the partition until the next start`() throws {
        let fixture = LogFixture(isSynced: true)
        let log = try fixture.open()
        try fixture.append(TestBatch(), log)
        fixture.files.failsSync = true
        var result: StorageError?
        log.whenVisible(1) { result = $0 }
        fixture.sync(log)
        #expect(result != nil)
        fixture.files.failsSync = false
        #expect(throws: StorageError.self) { try fixture.append(TestBatch(), log) }
        #expect(log.highWatermark == 0)
    }
}
