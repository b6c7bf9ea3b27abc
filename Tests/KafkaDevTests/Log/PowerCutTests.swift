import NIOCore
import TestKit
import Testing

@testable import KafkaDev

/// Cuts the power at random moments and looks whether a confirmed record is gone.
@Suite struct PowerCutTests {
    /// What a run of many power cuts has lost.
    private func losses(isSynced: Bool, seed: Seed) throws -> Int {
        var random = seed.generator()
        let fixture = LogFixture(segmentBytes: 4_096, isSynced: isSynced)
        /// By offset, what was confirmed to be there.
        final class Confirmed {
            var fills: [Int64: Int64] = [:]
        }
        let confirmed = Confirmed()
        var lost = 0
        for round in 0..<30 {
            let log = try fixture.open(isClean: false)
            let there = try fixture.headers(log)
            let found = Dictionary(there.map { ($0.baseOffset, $0.maxTimestamp) }) { first, _ in first }
            for (offset, timestamp) in confirmed.fills where found[offset] != timestamp { lost += 1 }
            // Offsets that were lost are given again.
            confirmed.fills = [:]
            for header in there { confirmed.fills[header.baseOffset] = header.maxTimestamp }
            #expect(there.map(\.baseOffset) == Array(log.startOffset..<log.endOffset), "\(seed), round \(round)")
            for step in 0..<Int.random(in: 1...120, using: &random) {
                let timestamp = Int64(round * 1_000 + step)
                guard case .at(let offset, let end) = try fixture.append(TestBatch(timestamps: [timestamp]), log) else {
                    continue
                }
                log.whenVisible(end) { error in
                    if error == nil { confirmed.fills[offset] = timestamp }
                }
                if Int.random(in: 0..<8, using: &random) == 0 { fixture.sync(log, includesActive: isSynced) }
            }
            fixture.files.powerCut(keeping: [0, 0.3, 0.9].randomElement(using: &random) ?? 0)
        }
        return lost
    }

    @Test(arguments: Seed.corpus + [.fresh()]) func `with fsync a power cut loses no confirmed record`(
        seed: Seed
    ) throws {
        #expect(try self.losses(isSynced: true, seed: seed) == 0, "\(seed)")
    }

    @Test(arguments: Seed.corpus + [.fresh()]) func `without fsync the same power cuts lose records`(seed: Seed) throws
    {
        #expect(try self.losses(isSynced: false, seed: seed) > 0, "\(seed)")
    }

    @Test(arguments: Seed.corpus + [.fresh()]) func `the committed offsets that were confirmed survive a power cut`(
        seed: Seed
    ) throws {
        var random = seed.generator()
        let files = ForgetfulFileLayer()
        var known: Int64 = -1
        for _ in 0..<20 {
            let state = StateLogFixture.make(files, isSynced: true)
            try state.open(isClean: false, syncs: true)
            let stored = state.table.groups["g"]?.offsets[.init(topic: "t", partition: 0)]?.offset ?? -1
            #expect(stored >= known, "\(seed)")
            var next = max(stored, known) + 1
            for _ in 0..<Int.random(in: 1...50, using: &random) {
                let offset = next
                next += 1
                let end = try state.store([StateLogFixture.commit(offset)])
                state.log.whenVisible(end) { error in if error == nil { known = offset } }
                if Bool.random(using: &random), let work = state.log.takeSyncWork(includesActive: true) {
                    try work.run(files)
                    state.log.syncEnded(work, nil)
                }
            }
            files.powerCut(keeping: 0)
        }
        #expect(known > 100)
    }
}
