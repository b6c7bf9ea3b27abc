@testable import Caching

/// One check of the scripts, to be taken out.
struct ScriptMutation: Sendable {
    /// The text to replace does not stand in exactly one script.
    struct NotFound: Error, CustomStringConvertible {
        let description: String
    }

    /// A text that only the script in question has.
    let marker: String
    /// The text to replace, or how the line begins that is replaced.
    let part: String
    var replacement = ""
    var isWholeLine = false

    /// The standard scripts without the check.
    func scripts() throws -> EntryScripts {
        var changes = 0
        let scripts = EntryScripts { source in
            guard source.contains(self.marker), var range = source.firstRange(of: self.part) else { return source }
            if self.isWholeLine {
                let end = source[range.lowerBound...].firstIndex(of: "\n") ?? source.endIndex
                range = range.lowerBound..<end
            }
            changes += 1
            return source.replacingCharacters(in: range, with: self.replacement)
        }
        guard changes == 1 else { throw NotFound(description: "\(changes) scripts have: \(self.part)") }
        return scripts
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
        self[..<range.lowerBound] + text + self[range.upperBound...]
    }
}

extension ScriptMutation {
    private static let acquire = "local isOver"
    private static let store = "'value', ARGV[3]"
    private static let release = "'PEXPIRE', KEYS[1], ARGV[3]) end"
    private static let invalidate = "'PEXPIRE', KEYS[1], ARGV[2]"
    private static let put = "'value', ARGV[2]"
    private static let lock = "return owner end"
    private static let extend = "'lockUntil', now + ARGV[1])"
    private static let unlock = "local wasHeld"
    private static let ownerCheck = "if redis.call('HGET', KEYS[1], 'lockOwner') ~= ARGV[2] then return 0 end"
    private static let removal = "redis.call('HDEL', KEYS[1], 'lockUntil', 'lockOwner')"

    static let ownerInStore = ScriptMutation(marker: store, part: ownerCheck)
    static let ownerInRelease = ScriptMutation(marker: release, part: ownerCheck)
    static let ownerInExtend = ScriptMutation(marker: extend, part: ownerCheck)
    static let ownerInLock = ScriptMutation(marker: lock, part: "if isHeldByOther then return owner end")
    static let ownerInUnlock = ScriptMutation(marker: unlock, part: "if isHeldByOther then return 0 end")
    static let kindOfOwnerInLock = ScriptMutation(
        marker: lock,
        part: "local isHeldByOther = isUpdate and",
        replacement: "local isHeldByOther = owner and"
    )
    static let lostLockInUnlock = ScriptMutation(
        marker: unlock,
        part: "if isHeldByOther then return 0 end",
        replacement: "if owner ~= ARGV[2] then return 0 end"
    )
    static let timeInAcquire = ScriptMutation(
        marker: acquire,
        part: "local isOver =",
        replacement: "local isOver = lockUntil",
        isWholeLine: true
    )
    static let takeOverInAcquire = ScriptMutation(marker: acquire, part: "if isOver or (", replacement: "if (")
    static let lockInAcquire = ScriptMutation(marker: acquire, part: "not lockUntil and ")
    static let valueInAcquire = ScriptMutation(marker: acquire, part: " and not value")
    static let endInAcquire = ScriptMutation(
        marker: acquire,
        part: "if redis.call('TTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], 2 * ARGV[1]) end"
    )
    static let waitingInAcquire = ScriptMutation(
        marker: acquire,
        part: "if ARGV[3] == '1' then redis.call('HSET', KEYS[1], 'waiting', 1) end"
    )
    static let removalInStore = ScriptMutation(marker: store, part: removal)
    static let removalInPut = ScriptMutation(marker: put, part: removal)
    static let publishInStore = ScriptMutation(marker: store, part: "redis.pcall('PUBLISH', ARGV[1], KEYS[1])")
    static let removalInInvalidate = ScriptMutation(
        marker: invalidate,
        part: "redis.call('HDEL', KEYS[1], 'lockOwner')"
    )
    static let lockInInvalidate = ScriptMutation(
        marker: invalidate,
        part: "redis.call('HSET', KEYS[1], 'lockUntil', 0)"
    )
    static let shorteningInRelease = ScriptMutation(marker: release, part: " or left > tonumber(ARGV[3])")
    static let lifetimeInStore = ScriptMutation(
        marker: store,
        part: "redis.call('PEXPIRE', KEYS[1], ARGV[4])"
    )
    static let lifetimeInInvalidate = ScriptMutation(
        marker: invalidate,
        part: "redis.call('PEXPIRE', KEYS[1], ARGV[2])"
    )
}
