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
            .members(group: "g", sessionTimeoutMilliseconds: 6_000), .noMembers(group: "ä", since: 9),
        ]
        _ = try state.store(changes)
        let again = StateLogFixture.make(files)
        try again.open(isClean: false, syncs: false)
        #expect(again.table == state.table)
        #expect(again.table.groups["g"]?.generation == 7)
        #expect(again.table.groups["gone"] == nil)
        #expect(again.table.groups["g"]?.sessionTimeoutMilliseconds == 6_000)
        #expect(again.table.groups["ä"]?.emptySince == 9)
        var rebuilt = StateTable()
        for change in again.table.changes { rebuilt.apply(change) }
        #expect(rebuilt == state.table)
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

    @Test(arguments: [0, 1_000, 100_000, 300_000, 600_000, 2_000_000])
    func `writing the log anew on a disk that gets full loses nothing, whenever the broker dies`(room: Int) throws {
        let files = ForgetfulFileLayer()
        let state = StateLogFixture.make(files)
        try state.open(isClean: false, syncs: false)
        let metadata = String(repeating: "m", count: 4_000)
        var model = StateTable()
        func store(_ offset: Int64, in state: StateLog) {
            let change = StateLogFixture.commit(offset, group: "g\(offset % 200)", metadata: metadata)
            if (try? state.store([change])) != nil { model.apply(change) }
        }
        var offset: Int64 = 0
        while state.log.sizeBytes <= StateLog.compactionBytesMin {
            store(offset, in: state)
            offset += 1
        }
        // The next one writes the log anew.
        files.roomLeft = room
        for _ in 0..<3 {
            store(offset, in: state)
            offset += 1
            let again = StateLogFixture.make(files)
            try again.open(isClean: false, syncs: false)
            #expect(again.table == model)
        }
        files.roomLeft = nil
        let again = StateLogFixture.make(files)
        try again.open(isClean: false, syncs: false)
        for _ in 0..<2_000 {
            store(offset, in: again)
            offset += 1
        }
        let last = StateLogFixture.make(files)
        try last.open(isClean: false, syncs: false)
        #expect(last.table == model)
        #expect(last.log.startOffset > 0)
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
