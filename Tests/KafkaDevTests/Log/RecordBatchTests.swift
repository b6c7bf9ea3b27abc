import NIOCore
import TestKit
import Testing

@testable import KafkaDev

@Suite struct RecordBatchTests {
    private func check(
        _ batch: ByteBuffer,
        sizeMax: Int = 1 << 20,
        zstd: Bool = true
    ) -> Result<RecordBatchHeader, ErrorCode> {
        batch.withUnsafeReadableBytes { bytes in
            do throws(ErrorCode) {
                return .success(
                    try RecordBatchCheck.validate(bytes, sizeMax: sizeMax, allowsZstandard: zstd)
                )
            } catch {
                return .failure(error)
            }
        }
    }

    @Test func `the checksum is that of RFC 3720`() {
        #expect([UInt8](repeating: 0, count: 32).withUnsafeBytes { CRC32C.of($0) } == 0x8A91_36AA)
        #expect([UInt8](repeating: 0xff, count: 32).withUnsafeBytes { CRC32C.of($0) } == 0x62A8_AB43)
        #expect((0..<32).map { UInt8($0) }.withUnsafeBytes { CRC32C.of($0) } == 0x46DD_794E)
        #expect(Array("123456789".utf8).withUnsafeBytes { CRC32C.of($0) } == 0xE306_9283)
    }

    @Test func `a right batch passes, with any codec`() throws {
        for codec in Int16(0)...4 {
            let header = try self.check(TestBatch(timestamps: [5, 9, 7], codec: codec).bytes).get()
            #expect(header.recordCount == 3)
            #expect(header.lastOffsetDelta == 2)
            #expect(header.maxTimestamp == 9)
        }
    }

    @Test func `every changed byte behind the checksum is found`() {
        let batch = TestBatch(timestamps: [1, 2]).bytes
        for index in 17..<batch.readableBytes {
            var damaged = batch
            damaged.setInteger((batch.getInteger(at: index, as: UInt8.self) ?? 0) ^ 0x10, at: index)
            #expect(self.check(damaged) == .failure(.corruptMessage), "byte \(index)")
        }
    }

    @Test func `what is no single batch of format 2 is refused with its reason`() {
        let batch = TestBatch().bytes
        #expect(self.check(ByteBuffer()) == .failure(.corruptMessage))
        var old = batch
        old.setInteger(Int8(1), at: 16)
        #expect(self.check(old) == .failure(.invalidRecord))
        var two = batch
        two.writeImmutableBuffer(batch)
        #expect(self.check(two) == .failure(.invalidRecord))
        #expect(
            self.check(batch.getSlice(at: 0, length: batch.readableBytes - 1) ?? batch) == .failure(.corruptMessage)
        )
        #expect(self.check(batch, sizeMax: batch.readableBytes - 1) == .failure(.messageTooLarge))
        #expect(self.check(TestBatch(codec: 5).bytes) == .failure(.unsupportedCompression))
        #expect(self.check(TestBatch(codec: 4).bytes, zstd: false) == .failure(.unsupportedCompression))
        #expect(self.check(TestBatch(codec: 0x10).bytes) == .failure(.invalidRecord))
        #expect(self.check(TestBatch(codec: 0x20).bytes) == .failure(.invalidRecord))
        var miscounted = batch
        miscounted.setInteger(Int32(2), at: 57)
        TestBatch.seal(&miscounted)
        #expect(self.check(miscounted) == .failure(.invalidRecord))
        #expect(self.check(TestBatch(producerID: 1, epoch: 0, sequence: -1).bytes) == .failure(.invalidRecord))
    }

    @Test func `sequences go on with 0 behind the greatest number`() throws {
        let batch = TestBatch(timestamps: [1, 2, 3], producerID: 1, epoch: 0, sequence: .max - 1)
        #expect(try self.check(batch.bytes).get().lastSequence == 0)
    }

    @Test(arguments: FuzzBudget.seeds) func `garbage as records is never a trap`(seed: Seed) {
        var random = seed.generator()
        for _ in 0..<FuzzBudget.inputs(usual: 2_000) {
            var batch = TestBatch(timestamps: [1, 5, 9], codec: 0, valueBytes: 20).bytes
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let index = Int.random(in: 0..<batch.readableBytes, using: &random)
                batch.setInteger(UInt8.random(in: .min ... .max, using: &random), at: index)
            }
            if Bool.random(using: &random) { TestBatch.seal(&batch) }
            guard case .success(let header) = self.check(batch) else { continue }
            _ = batch.withUnsafeReadableBytes {
                RecordTimes.firstRecord(in: $0, header: header, notBefore: 6, from: 0)
            }
        }
    }
}
