import Testing

/// The meaning of the scripts, state by state.
@Suite final class EntryModelTests {
    private var model = EntryModel()

    /// One step.
    private func step<Reply>(_ body: (inout EntryModel) -> Reply) -> Reply { body(&self.model) }

    private static let value: [UInt8] = [1]

    @Test func `a missing entry is acquired and has an end`() {
        #expect(self.step { $0.acquire("k", owner: "A", seconds: 3, wakesWaiter: false) } == .acquired(nil))
        let entry = self.model.entry("k")
        #expect(entry?.lockUntil == self.model.now / 1000 + 3)
        #expect(entry?.lockOwner == "A")
        #expect(entry?.end == self.model.now + 6000)
    }

    @Test func `an entry that is held is held until its second is over`() {
        self.model.now = 1_700_000_000_999
        _ = self.model.acquire("k", owner: "A", seconds: 3, wakesWaiter: false)
        self.model.now = 1_700_000_003_999
        #expect(self.step { $0.acquire("k", owner: "B", seconds: 3, wakesWaiter: false) } == .held(nil))
        self.model.now = 1_700_000_004_000
        #expect(self.step { $0.acquire("k", owner: "B", seconds: 3, wakesWaiter: false) } == .acquired(nil))
    }

    @Test func `a fresh entry is left as it is`() {
        self.model.put("k", value: Self.value, milliseconds: 5000)
        let before = self.model.entry("k")
        #expect(self.step { $0.acquire("k", owner: "A", seconds: 3, wakesWaiter: true) } == .fresh(Self.value))
        #expect(self.model.entry("k") == before)
    }

    @Test func `only the owner stores and then nobody holds the entry`() {
        _ = self.model.acquire("k", owner: "A", seconds: 3, wakesWaiter: false)
        #expect(!self.step { $0.store("k", owner: "B", value: [2], milliseconds: 1000) })
        #expect(!self.step { $0.store("other", owner: "A", value: [2], milliseconds: 1000) })
        #expect(self.step { $0.store("k", owner: "A", value: Self.value, milliseconds: 1000) })
        #expect(self.model.entry("k") == EntryModel.Entry(value: Self.value, end: self.model.now + 1000))
        #expect(!self.step { $0.store("k", owner: "A", value: [2], milliseconds: 1000) })
    }

    @Test func `a store without a lifetime removes the entry`() {
        _ = self.model.acquire("k", owner: "A", seconds: 3, wakesWaiter: false)
        #expect(self.step { $0.store("k", owner: "A", value: [], milliseconds: 0) })
        #expect(self.model.entry("k") == nil)
    }

    @Test func `a tag-delete keeps the old value for a while and takes the entry from its owner`() {
        self.model.put("k", value: Self.value, milliseconds: 60_000)
        self.model.invalidate("k", milliseconds: 2000)
        let entry = EntryModel.Entry(value: Self.value, lockUntil: 0, end: self.model.now + 2000)
        #expect(self.model.entry("k") == entry)
        #expect(self.step { $0.acquire("k", owner: "A", seconds: 3, wakesWaiter: false) } == .acquired(Self.value))
        self.model.now += 500
        self.model.invalidate("k", milliseconds: 2000)
        #expect(self.model.entry("k") == entry)
        #expect(!self.step { $0.store("k", owner: "A", value: [2], milliseconds: 1000) })
    }

    @Test func `a release makes the entry free and shortens its life`() {
        self.model.put("k", value: Self.value, milliseconds: 60_000)
        self.model.invalidate("k", milliseconds: 5000)
        _ = self.model.acquire("k", owner: "A", seconds: 3, wakesWaiter: false)
        #expect(!self.step { $0.release("k", owner: "B", milliseconds: 3000) })
        #expect(self.step { $0.release("k", owner: "A", milliseconds: 3000) })
        let entry = EntryModel.Entry(value: Self.value, lockUntil: 0, end: self.model.now + 3000)
        #expect(self.model.entry("k") == entry)
        #expect(!self.step { $0.release("k", owner: "A", milliseconds: 3000) })
    }

    @Test func `those who wait are told once of the next change`() {
        _ = self.model.acquire("k", owner: "A", seconds: 3, wakesWaiter: false)
        #expect(self.step { $0.acquire("k", owner: "B", seconds: 3, wakesWaiter: true) } == .held(nil))
        #expect(self.model.published.isEmpty)
        _ = self.model.store("k", owner: "A", value: Self.value, milliseconds: 1000)
        #expect(self.model.published == ["k"])
        self.model.invalidate("k", milliseconds: 1000)
        #expect(self.model.published == ["k"])
    }

    @Test func `an update takes the entry from a loader but not from another update`() {
        _ = self.model.acquire("k", owner: "A", seconds: 3, wakesWaiter: false)
        #expect(self.step { $0.lockForUpdate("k", owner: "update:U", seconds: 10) } == nil)
        #expect(!self.step { $0.store("k", owner: "A", value: Self.value, milliseconds: 1000) })
        #expect(self.step { $0.lockForUpdate("k", owner: "update:V", seconds: 10) } == "update:U")
        #expect(self.step { $0.lockForUpdate("k", owner: "update:U", seconds: 10) } == nil)
        self.model.now += 11_000
        #expect(self.step { $0.lockForUpdate("k", owner: "update:V", seconds: 10) } == nil)
        #expect(!self.step { $0.extendUpdateLock("k", owner: "update:U", seconds: 10) })
        #expect(self.step { $0.extendUpdateLock("k", owner: "update:V", seconds: 10) })
    }

    @Test func `the end of an update invalidates the entry unless another update has it`() {
        _ = self.model.lockForUpdate("k", owner: "update:U", seconds: 1)
        self.model.now += 2500
        _ = self.model.acquire("k", owner: "A", seconds: 3, wakesWaiter: false)
        _ = self.model.store("k", owner: "A", value: Self.value, milliseconds: 60_000)
        #expect(!self.step { $0.unlockForUpdate("k", owner: "update:U", milliseconds: 2000) })
        #expect(self.model.entry("k")?.lockUntil == 0)
        _ = self.model.lockForUpdate("k", owner: "update:V", seconds: 1)
        #expect(!self.step { $0.unlockForUpdate("k", owner: "update:U", milliseconds: 2000) })
        #expect(self.model.entry("k")?.lockOwner == "update:V")
        #expect(self.step { $0.unlockForUpdate("k", owner: "update:V", milliseconds: 2000) })
    }

    @Test func `the endless locks of rockscache resist too`() {
        let entry = EntryModel.Entry(lockUntil: EntryModel.endless, lockOwner: "theirs", end: nil)
        self.model.replace("k", entry)
        #expect(self.step { $0.acquire("k", owner: "A", seconds: 3, wakesWaiter: false) } == .held(nil))
        #expect(self.model.entry("k")?.end == nil)
        #expect(self.step { $0.lockForUpdate("k", owner: "update:U", seconds: 10) } == "theirs")
        self.model.invalidate("k", milliseconds: 2000)
        #expect(self.step { $0.acquire("k", owner: "A", seconds: 3, wakesWaiter: false) } == .acquired(nil))
    }
}
