import NIOCore
import TestKit
import Testing

@testable import KafkaDev

@Suite struct ProducerTableTests {
    private func header(
        _ sequence: Int32,
        records: Int = 1,
        epoch: Int16 = 0,
        id: Int64 = 1,
        base: Int64 = 0
    )
        -> RecordBatchHeader
    {
        let batch = TestBatch(
            timestamps: .init(repeating: 1, count: records),
            producerID: id,
            epoch: epoch,
            sequence: sequence
        )
        var header = batch.bytes.withUnsafeReadableBytes { RecordBatchHeader($0) } ?? Self.none
        header.baseOffset = base
        return header
    }

    private static let none: RecordBatchHeader = {
        let zeros = [UInt8](repeating: 0, count: 8) + [0, 0, 0, 49] + [UInt8](repeating: 0, count: 49)
        return zeros.withUnsafeBytes { RecordBatchHeader($0) }.unsafelyUnwrapped
    }()

    @Test func `a batch that comes again is told where it stands, up to five batches back`() {
        var table = ProducerTable(producersMax: 10)
        for index in 0..<7 { table.stored(self.header(Int32(index * 2), records: 2, base: Int64(index * 2)), at: 0) }
        for index in 2..<7 {
            guard case .duplicate(let batch) = table.verdict(self.header(Int32(index * 2), records: 2)) else {
                Issue.record("batch \(index) is not recognised")
                continue
            }
            #expect(batch.baseOffset == Int64(index * 2))
        }
        #expect(table.verdict(self.header(2, records: 2)) == .refuse(.outOfOrderSequence))
        #expect(table.verdict(self.header(14, records: 2)) == .append)
        #expect(table.verdict(self.header(15, records: 2)) == .refuse(.outOfOrderSequence))
        // The same beginning with another length is another batch.
        #expect(table.verdict(self.header(12, records: 1)) == .refuse(.outOfOrderSequence))
    }

    @Test func `an older epoch is fenced and a newer one begins with 0`() {
        var table = ProducerTable(producersMax: 10)
        table.stored(self.header(0, epoch: 3), at: 0)
        #expect(table.verdict(self.header(1, epoch: 2)) == .refuse(.invalidProducerEpoch))
        #expect(table.verdict(self.header(1, epoch: 4)) == .refuse(.outOfOrderSequence))
        #expect(table.verdict(self.header(0, epoch: 4)) == .append)
        table.stored(self.header(0, epoch: 4), at: 0)
        #expect(table.verdict(self.header(1, epoch: 4)) == .append)
    }

    @Test func `sequences go on with 0 behind the greatest number`() {
        var table = ProducerTable(producersMax: 10)
        table.stored(self.header(.max), at: 0)
        #expect(table.verdict(self.header(0)) == .append)
        #expect(table.verdict(self.header(1)) == .refuse(.outOfOrderSequence))
    }

    @Test func `records without a producer are never duplicates`() {
        var table = ProducerTable(producersMax: 10)
        table.stored(self.header(-1, epoch: -1, id: -1), at: 0)
        #expect(table.verdict(self.header(-1, epoch: -1, id: -1)) == .append)
        #expect(table.states.isEmpty)
    }

    @Test func `the producers that were silent for longest are forgotten first`() {
        var table = ProducerTable(producersMax: 20)
        for id in 0..<20 { table.stored(self.header(0, id: Int64(id)), at: Int64(id)) }
        table.stored(self.header(1, id: 0), at: 100)
        table.stored(self.header(0, id: 99), at: 101)
        #expect(table.states.count == 19)
        #expect(table.states[1] == nil)
        #expect(table.states[2] == nil)
        #expect(table.states[0] != nil)
        #expect(table.states[99] != nil)
    }

    @Test(arguments: FuzzBudget.seeds) func `a snapshot is read back alike, and a damaged one is refused`(
        seed: Seed
    ) throws {
        var random = seed.generator()
        var table = ProducerTable(producersMax: 100)
        for _ in 0..<200 {
            let id = Int64.random(in: 0..<30, using: &random)
            table.stored(self.header(.random(in: 0 ... .max, using: &random), id: id), at: 5)
        }
        let bytes = table.snapshot()
        #expect(ProducerTable(snapshot: bytes, producersMax: 100) == table)
        for _ in 0..<200 {
            var damaged = bytes
            damaged[Int.random(in: bytes.indices, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            #expect(ProducerTable(snapshot: damaged, producersMax: 100) == nil)
            let length = Int.random(in: 0..<bytes.count, using: &random)
            #expect(ProducerTable(snapshot: Array(bytes[..<length]), producersMax: 100) == nil)
        }
    }
}
