import NIOCore
import TestKit
import Testing

@testable import KafkaDev

@Suite struct StateLogTests {
    @Test func `everything is there after a restart`() throws {
        let files = ForgetfulFileLayer()
        let state = StateLogFixture.make(files)
        try state.open(isClean: false, syncs: false)
        let changes: [StateChange] = [
            StateLogFixture.commit(5), .generation(group: "g", 7), StateLogFixture.commit(9, group: "ä", metadata: "x"),
            .producerIDs(below: 2_000), .generation(group: "gone", 1), .forgetGroup("gone"),
            .forgetOffset(group: "g", topic: "other", partition: 1),
        ]
        _ = try state.store(changes)
        let again = StateLogFixture.make(files)
        try again.open(isClean: false, syncs: false)
        #expect(again.table == state.table)
        #expect(again.table.groups["g"]?.generation == 7)
        #expect(again.table.groups["gone"] == nil)
        #expect(again.table.producerIDsBelow == 2_000)
    }

    @Test func `the log is written anew when it has grown, and says the same`() throws {
        let files = ForgetfulFileLayer()
        let state = StateLogFixture.make(files)
        try state.open(isClean: false, syncs: false)
        let metadata = String(repeating: "m", count: 4_000)
        for offset in 0..<3_000 {
            _ = try state.store([StateLogFixture.commit(Int64(offset), group: "g\(offset % 7)", metadata: metadata)])
        }
        #expect(state.log.sizeBytes < StateLog.compactionBytesMin * 2)
        #expect(state.log.startOffset > 0)
        // The part that replaced the rest is on the disk under every policy.
        files.powerCut()
        let again = StateLogFixture.make(files)
        try again.open(isClean: false, syncs: false)
        #expect(again.table.groups.count == 7)
        for index in 0..<7 {
            let offset = again.table.groups["g\(index)"]?.offsets.values.first?.offset ?? 0
            #expect(offset >= again.log.startOffset - 20)
        }
    }

    @Test func `a full disk refuses a commit and changes nothing`() throws {
        let files = ForgetfulFileLayer()
        let state = StateLogFixture.make(files)
        try state.open(isClean: false, syncs: false)
        _ = try state.store([StateLogFixture.commit(1)])
        files.roomLeft = 10
        #expect(throws: StorageError.self) { try state.store([StateLogFixture.commit(2)]) }
        #expect(state.table.groups["g"]?.offsets.values.first?.offset == 1)
        files.roomLeft = nil
        _ = try state.store([StateLogFixture.commit(3)])
        let again = StateLogFixture.make(files)
        try again.open(isClean: false, syncs: false)
        #expect(again.table == state.table)
    }

    @Test(arguments: FuzzBudget.seeds) func `garbage is no change and never a trap`(seed: Seed) {
        var random = seed.generator()
        for _ in 0..<FuzzBudget.inputs(usual: 5_000) {
            let count = Int.random(in: 0...60, using: &random)
            var bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            if !bytes.isEmpty { bytes[0] = UInt8.random(in: 0...6, using: &random) }
            var input = ByteBuffer(bytes: bytes)
            while StateChange(reading: &input) != nil {}
        }
    }
}
