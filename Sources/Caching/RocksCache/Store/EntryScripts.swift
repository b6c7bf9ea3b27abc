import Redis

/// The scripts by which entries change; each works on the one hash `KEYS[1]`.
///
/// They mean what those of rockscache 0.1 mean, so both may share entries, with these differences: the time is Redis'
/// own; no entry is left without an end; a load that failed never lengthens the life of an old value; and who waits for
/// an entry (field `waiting`) is told of its change on a channel.
struct EntryScripts: Sendable {
    let acquire: RedisScript<Acquisition>
    let store: RedisScript<Bool>
    let release: RedisScript<Bool>
    let invalidate: RedisScript<Bool>
    let discard: RedisScript<Bool>
    let put: RedisScript<Bool>
    let lockForUpdate: RedisScript<String?>
    let extendUpdateLock: RedisScript<Bool>
    let unlockForUpdate: RedisScript<Bool>

    /// What the name of an update's owner begins with, so that it differs from a loader's.
    static let updatePrefix = "update:"

    /// The scripts that the library uses.
    static let standard = EntryScripts()

    /// The scripts, each after `edit` has changed its source: tests take parts out of them.
    init(edit: (String) -> String = { $0 }) {
        self.acquire = RedisScript(edit(Self.acquireSource), as: Acquisition.self)
        self.store = RedisScript(edit(Self.storeSource), as: Bool.self)
        self.release = RedisScript(edit(Self.releaseSource), as: Bool.self)
        self.invalidate = RedisScript(edit(Self.invalidateSource), as: Bool.self)
        self.discard = RedisScript(edit(Self.discardSource), as: Bool.self)
        self.put = RedisScript(edit(Self.putSource), as: Bool.self)
        self.lockForUpdate = RedisScript(edit(Self.lockForUpdateSource), as: String?.self)
        self.extendUpdateLock = RedisScript(edit(Self.extendUpdateLockSource), as: Bool.self)
        self.unlockForUpdate = RedisScript(edit(Self.unlockForUpdateSource), as: Bool.self)
    }

    /// Redis' clock in whole seconds.
    private static let now = "local now = tonumber(redis.call('TIME')[1])"

    /// Tells waiters; last, and without failing the script where the user may not publish.
    ///
    /// ARGV[1] of each script that uses it is the channel.
    private static let wake = """
        if redis.call('HDEL', KEYS[1], 'waiting') == 1 then redis.pcall('PUBLISH', ARGV[1], KEYS[1]) end
        """

    /// Whether an update lock of another owner than ARGV[2] stands; those of rockscache 0.1 last until 10^10.
    private static let otherUpdate = """
        local owner, lockUntil = redis.call('HGET', KEYS[1], 'lockOwner'), tonumber(redis.call('HGET', KEYS[1], 'lockUntil') or '')
        local isUpdate = owner and lockUntil and lockUntil >= now
            and (string.sub(owner, 1, \(updatePrefix.utf8.count)) == '\(updatePrefix)' or lockUntil >= 10000000000)
        local isHeldByOther = isUpdate and owner ~= ARGV[2]
        """

    /// ARGV: seconds of the lock, owner, 1 if the caller wants to be woken.
    private static let acquireSource = """
        \(now)
        local entry = redis.call('HMGET', KEYS[1], 'value', 'lockUntil')
        local value, lockUntil = entry[1], entry[2]
        local isOver = lockUntil and not ((tonumber(lockUntil) or 0) >= now)
        if isOver or (not lockUntil and not value) then
            redis.call('HSET', KEYS[1], 'lockUntil', now + ARGV[1], 'lockOwner', ARGV[2])
            if redis.call('TTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], 2 * ARGV[1]) end
            return {1, value}
        end
        if lockUntil then
            if ARGV[3] == '1' then redis.call('HSET', KEYS[1], 'waiting', 1) end
            if redis.call('TTL', KEYS[1]) == -1 and tonumber(lockUntil) < 10000000000 then
                redis.call('EXPIRE', KEYS[1], 2 * ARGV[1])
            end
            return {2, value}
        end
        return {0, value}
        """

    /// ARGV: channel, owner, value, lifetime in milliseconds (0: remove the entry).
    private static let storeSource = """
        if redis.call('HGET', KEYS[1], 'lockOwner') ~= ARGV[2] then return 0 end
        redis.call('HSET', KEYS[1], 'value', ARGV[3])
        redis.call('HDEL', KEYS[1], 'lockUntil', 'lockOwner')
        \(wake)
        redis.call('PEXPIRE', KEYS[1], ARGV[4])
        return 1
        """

    /// ARGV: channel, owner, milliseconds that the entry may live on at the most.
    private static let releaseSource = """
        if redis.call('HGET', KEYS[1], 'lockOwner') ~= ARGV[2] then return 0 end
        redis.call('HSET', KEYS[1], 'lockUntil', 0)
        redis.call('HDEL', KEYS[1], 'lockOwner')
        local left = redis.call('PTTL', KEYS[1])
        if left < 0 or left > tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
        \(wake)
        return 1
        """

    /// ARGV: channel, milliseconds that the entry may live on at the most.
    ///
    /// An old value does not live longer for it, however often the entry is tag-deleted.
    private static let invalidateSource = """
        local left = redis.call('HEXISTS', KEYS[1], 'lockUntil') == 1 and redis.call('PTTL', KEYS[1]) or -1
        redis.call('HSET', KEYS[1], 'lockUntil', 0)
        redis.call('HDEL', KEYS[1], 'lockOwner')
        if left < 0 or left > tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
        \(wake)
        return 1
        """

    /// ARGV: the value to remove, unless there is another one by now; a lock stays.
    private static let discardSource = """
        if redis.call('HGET', KEYS[1], 'value') ~= ARGV[1] then return 0 end
        return redis.call('HDEL', KEYS[1], 'value')
        """

    /// ARGV: channel, value, lifetime in milliseconds.
    private static let putSource = """
        redis.call('HSET', KEYS[1], 'value', ARGV[2])
        redis.call('HDEL', KEYS[1], 'lockUntil', 'lockOwner')
        \(wake)
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
        return 1
        """

    /// ARGV: seconds of the lock, owner.
    private static let lockForUpdateSource = """
        \(now)
        \(otherUpdate)
        if isHeldByOther then return owner end
        redis.call('HSET', KEYS[1], 'lockUntil', now + ARGV[1], 'lockOwner', ARGV[2])
        if redis.call('TTL', KEYS[1]) < 2 * ARGV[1] then redis.call('EXPIRE', KEYS[1], 2 * ARGV[1]) end
        return false
        """

    /// ARGV: seconds of the lock, owner.
    private static let extendUpdateLockSource = """
        \(now)
        if redis.call('HGET', KEYS[1], 'lockOwner') ~= ARGV[2] then return 0 end
        redis.call('HSET', KEYS[1], 'lockUntil', now + ARGV[1])
        if redis.call('TTL', KEYS[1]) < 2 * ARGV[1] then redis.call('EXPIRE', KEYS[1], 2 * ARGV[1]) end
        return 1
        """

    /// ARGV: channel, owner, milliseconds that the entry lives on.
    ///
    /// A lost lock does not spare the entry, for its owner may have changed the database after losing it; only an update
    /// that has followed does, which will end in the same way.
    private static let unlockForUpdateSource = """
        \(now)
        \(otherUpdate)
        if isHeldByOther then return 0 end
        local wasHeld = owner == ARGV[2]
        redis.call('HSET', KEYS[1], 'lockUntil', 0)
        redis.call('HDEL', KEYS[1], 'lockOwner')
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
        \(wake)
        return wasHeld and 1 or 0
        """
}
