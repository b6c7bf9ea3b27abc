/// What the scripts of `EntryScripts` mean, in Swift: a dictionary of entries, and a clock that the caller moves.
///
/// Each method is one script on one key. Nothing here waits or depends on anything; `without` takes single checks
/// out, so that a test can show what each of them is for.
struct EntryModel: Sendable {
    /// One hash.
    struct Entry: Sendable, Hashable {
        var value: [UInt8]?
        /// Seconds since 1970; 0 for a tag-deleted entry.
        var lockUntil: Int64?
        var lockOwner: String?
        var isWaiting = false
        /// When the entry ends by itself, in milliseconds since 1970; `nil`: never.
        var end: Int64?
    }

    /// What `acquire` answers.
    enum Found: Sendable, Hashable {
        case fresh([UInt8])
        case held([UInt8]?)
        case acquired([UInt8]?)
    }

    /// A check, or a part of a step, that can be taken out.
    enum Part: Sendable, Hashable, CaseIterable {
        case ownerCheckOfStore
        case unlockingOfStore
        case ownerCheckOfRelease
        case invalidationOfRelease
        case lockCheckOfAcquire
        case expiryOfLocks
        case valueCheckOfAcquire
        case lifetimeOfAcquire
        case ownerRemovalOfInvalidate
        case markOfInvalidate
        case lifetimeOfInvalidate
        case unlockingOfPut
        case ownerCheckOfUpdateLock
        case invalidationOfUpdateUnlock
    }

    /// What the name of an update's owner begins with.
    static let updatePrefix = "update:"
    /// From here on a lock is one of rockscache 0.1 for an update, which has no end.
    static let endless: Int64 = 10_000_000_000

    /// The server's clock, in milliseconds since 1970.
    var now: Int64 = 1_700_000_000_000
    var without: Set<Part> = []
    private(set) var entries: [String: Entry] = [:]
    /// The keys that were published for those who wait, until somebody takes them.
    var published: [String] = []

    private var seconds: Int64 { self.now / 1000 }

    // MARK: - Keys

    /// The entry, if it exists now.
    func entry(_ key: String) -> Entry? {
        guard let entry = self.entries[key] else { return nil }
        if let end = entry.end, end < self.now { return nil }
        return entry
    }

    /// Puts an entry in place as it is, as another program may.
    mutating func replace(_ key: String, _ entry: Entry?) {
        self.entries[key] = entry
    }

    /// `FLUSHALL`.
    mutating func removeAll() {
        self.entries = [:]
    }

    /// What `TTL` says: whole seconds, rounded; -1 without an end, -2 without an entry.
    private func secondsLeft(_ entry: Entry?) -> Int64 {
        guard let entry else { return -2 }
        guard let end = entry.end else { return -1 }
        return (end - self.now + 500) / 1000
    }

    /// `PEXPIRE`, at the end of a step.
    private mutating func keep(_ key: String, _ entry: Entry, for milliseconds: Int64) {
        var entry = entry
        entry.end = self.now + milliseconds
        self.entries[key] = milliseconds > 0 ? entry : nil
    }

    private mutating func wake(_ key: String, _ entry: inout Entry) {
        if entry.isWaiting { self.published.append(key) }
        entry.isWaiting = false
    }

    // MARK: - Loading

    mutating func acquire(_ key: String, owner: String, seconds: Int64, wakesWaiter: Bool) -> Found {
        var entry = self.entry(key) ?? Entry()
        let isOver = entry.lockUntil.map { $0 < self.seconds && (!self.without.contains(.expiryOfLocks) || $0 == 0) }
        let isMissing = entry.lockUntil == nil && (entry.value == nil || self.without.contains(.valueCheckOfAcquire))
        if isOver == true || isMissing || (isOver == false && self.without.contains(.lockCheckOfAcquire)) {
            let left = self.secondsLeft(self.entry(key))
            entry.lockUntil = self.seconds + seconds
            entry.lockOwner = owner
            if left < 0, !self.without.contains(.lifetimeOfAcquire) { entry.end = self.now + 2 * seconds * 1000 }
            self.entries[key] = entry
            return .acquired(entry.value)
        }
        if let lockUntil = entry.lockUntil {
            if wakesWaiter { entry.isWaiting = true }
            if entry.end == nil, lockUntil < Self.endless { entry.end = self.now + 2 * seconds * 1000 }
            self.entries[key] = entry
            return .held(entry.value)
        }
        return .fresh(entry.value ?? [])
    }

    mutating func store(_ key: String, owner: String, value: [UInt8], milliseconds: Int64) -> Bool {
        var entry = self.entry(key) ?? Entry()
        guard entry.lockOwner == owner || self.without.contains(.ownerCheckOfStore) else { return false }
        entry.value = value
        if !self.without.contains(.unlockingOfStore) { entry.lockUntil = nil }
        entry.lockOwner = nil
        self.wake(key, &entry)
        self.keep(key, entry, for: milliseconds)
        return true
    }

    mutating func release(_ key: String, owner: String, milliseconds: Int64) -> Bool {
        var entry = self.entry(key) ?? Entry()
        guard entry.lockOwner == owner || self.without.contains(.ownerCheckOfRelease) else { return false }
        entry.lockUntil = self.without.contains(.invalidationOfRelease) ? nil : 0
        entry.lockOwner = nil
        self.wake(key, &entry)
        let left = entry.end.map { $0 - self.now }
        self.keep(key, entry, for: min(left ?? milliseconds, milliseconds))
        return true
    }

    // MARK: - Writing

    mutating func invalidate(_ key: String, milliseconds: Int64) {
        var entry = self.entry(key) ?? Entry()
        // The value of an entry that is invalid already does not live longer for it.
        let isInvalid = entry.lockUntil != nil || self.without.contains(.lifetimeOfInvalidate)
        let left = isInvalid ? entry.end.map { $0 - self.now } : nil
        if !self.without.contains(.markOfInvalidate) || entry.value == nil { entry.lockUntil = 0 }
        if !self.without.contains(.ownerRemovalOfInvalidate) { entry.lockOwner = nil }
        self.wake(key, &entry)
        let isKept = self.without.contains(.lifetimeOfInvalidate)
        self.keep(key, entry, for: isKept ? left ?? milliseconds : min(left ?? milliseconds, milliseconds))
    }

    /// Removes the value if it is still this one; a lock stays.
    mutating func discard(_ key: String, value: [UInt8]) -> Bool {
        guard var entry = self.entry(key), entry.value == value else { return false }
        entry.value = nil
        self.entries[key] = entry.lockUntil == nil && entry.lockOwner == nil && !entry.isWaiting ? nil : entry
        return true
    }

    mutating func put(_ key: String, value: [UInt8], milliseconds: Int64) {
        var entry = self.entry(key) ?? Entry()
        entry.value = value
        if !self.without.contains(.unlockingOfPut) {
            entry.lockUntil = nil
            entry.lockOwner = nil
        }
        self.wake(key, &entry)
        self.keep(key, entry, for: milliseconds)
    }

    // MARK: - Update locks

    private func isHeld(_ entry: Entry, byOtherThan owner: String) -> Bool {
        guard let holder = entry.lockOwner, let lockUntil = entry.lockUntil, lockUntil >= self.seconds else {
            return false
        }
        return holder != owner && (holder.hasPrefix(Self.updatePrefix) || lockUntil >= Self.endless)
    }

    /// `nil` on success, else the owner that holds the entry; `owner` begins with `updatePrefix`.
    mutating func lockForUpdate(_ key: String, owner: String, seconds: Int64) -> String? {
        var entry = self.entry(key) ?? Entry()
        if self.isHeld(entry, byOtherThan: owner), !self.without.contains(.ownerCheckOfUpdateLock) {
            return entry.lockOwner
        }
        let left = self.entry(key) == nil ? -1 : self.secondsLeft(entry)
        entry.lockUntil = self.seconds + seconds
        entry.lockOwner = owner
        if left < 2 * seconds { entry.end = self.now + 2 * seconds * 1000 }
        self.entries[key] = entry
        return nil
    }

    mutating func extendUpdateLock(_ key: String, owner: String, seconds: Int64) -> Bool {
        guard var entry = self.entry(key), entry.lockOwner == owner else { return false }
        entry.lockUntil = self.seconds + seconds
        if self.secondsLeft(entry) < 2 * seconds { entry.end = self.now + 2 * seconds * 1000 }
        self.entries[key] = entry
        return true
    }

    mutating func unlockForUpdate(_ key: String, owner: String, milliseconds: Int64) -> Bool {
        var entry = self.entry(key) ?? Entry()
        guard !self.isHeld(entry, byOtherThan: owner) else { return false }
        let wasHeld = entry.lockOwner == owner
        guard wasHeld || !self.without.contains(.invalidationOfUpdateUnlock) else { return false }
        entry.lockUntil = 0
        entry.lockOwner = nil
        self.wake(key, &entry)
        self.keep(key, entry, for: milliseconds)
        return wasHeld
    }
}
