import Redis
import ServerRuntime

/// Cache entries in Redis: one server, a master behind sentinels, or a cluster.
///
/// Everything goes to masters, and each key by itself, so that no two keys need to share a slot.
struct RedisEntryStore: EntryStore {
    /// The channel on which waiters are told of changes; the payload is the key.
    static let wakeChannel = "ROCKSCACHE_WAKE"
    /// Keys in one pipeline; more are sent in several, so that no number of them fills the connection's queue.
    private static let chunkMax = 4096

    let redis: RedisClient
    /// How long a tag-deleted entry lives on.
    let delay: Duration
    /// How long a loader owns an entry.
    let lockExpire: Duration
    var scripts = EntryScripts.standard

    /// Slots of a cluster whose replicas are waited for at one time.
    private static let waitsMax = 16

    private static let channel = RedisArgument.string(wakeChannel)

    var isReachable: Bool { self.redis.isConnected }

    // MARK: - Reading

    func read(_ key: String, deadline: Deadline) async throws(RedisError) -> CacheEntry {
        try await self.redis.send(Self.readCommand(key), deadline: deadline)
    }

    func read(_ keys: [String], deadline: Deadline) async throws(RedisError) -> [CacheEntry] {
        var entries: [CacheEntry] = []
        entries.reserveCapacity(keys.count)
        for start in stride(from: 0, to: keys.count, by: Self.chunkMax) {
            let chunk = keys[start..<min(start + Self.chunkMax, keys.count)]
            // Raw, and decoded once: with many keys each further pass over the replies shows.
            let commands = chunk.map { RedisCommand("HGETALL", [.string($0)]) }
            for reply in try await self.redis.sendRaw(pipeline: commands, deadline: deadline) {
                entries.append(try CacheEntry(reply: reply))
            }
        }
        return entries
    }

    private static func readCommand(_ key: String) -> RedisCommand<CacheEntry> {
        RedisCommand("HGETALL", [.string(key)], as: CacheEntry.self)
    }

    // MARK: - Loading

    func acquire(
        _ keys: [String],
        owner: String,
        wakesWaiter: Bool,
        deadline: Deadline
    ) async throws(RedisError) -> [Result<Acquisition, RedisError>] {
        let arguments: [RedisArgument] = [self.lockSeconds, .string(owner), wakesWaiter ? 1 : 0]
        return try await self.run(self.scripts.acquire, keys, arguments, deadline)
    }

    func store(
        _ values: [StoredValue],
        owner: String,
        deadline: Deadline
    ) async throws(RedisError) -> [Result<Bool, RedisError>] {
        let invocations = values.map { value in
            RedisScriptInvocation(
                keys: [value.key],
                arguments: [Self.channel, .string(owner), .bytes(value.bytes), Self.milliseconds(value.lifetime)]
            )
        }
        return try await self.run(self.scripts.store, invocations, deadline)
    }

    func release(
        _ keys: [String],
        owner: String,
        deadline: Deadline
    ) async throws(RedisError) -> [Result<Bool, RedisError>] {
        let arguments = [Self.channel, .string(owner), Self.milliseconds(self.lockExpire)]
        return try await self.run(self.scripts.release, keys, arguments, deadline)
    }

    // MARK: - Writing

    func invalidate(_ keys: [String], deadline: Deadline) async throws(RedisError) -> [Result<Bool, RedisError>] {
        try await self.run(self.scripts.invalidate, keys, self.invalidation, deadline)
    }

    func invalidate(
        _ keys: [String],
        replicas: Int,
        timeout: Duration,
        deadline: Deadline
    ) async throws(RedisError) -> (results: [Result<Bool, RedisError>], replicas: Int) {
        let groups = self.groups(of: keys)
        guard groups.count > 1 else {
            return try await self.invalidateAndWait(keys, replicas: replicas, timeout: timeout, deadline: deadline)
        }
        // First all, so that no key has to wait for the replicas of another one.
        var results = try await self.invalidate(keys, deadline: deadline)
        var confirmed = Int.max
        var next = 0
        await withTaskGroup(of: (Int, Result<Int, RedisError>).self) { tasks in
            func startNext() {
                guard next < groups.count else { return }
                let (number, key) = (next, keys[groups[next][0]])
                next += 1
                tasks.addTask {
                    do throws(RedisError) {
                        // Once more, for WAIT speaks of the writes of its own connection only.
                        let outcome = try await self.invalidateAndWait(
                            [key],
                            replicas: replicas,
                            timeout: timeout,
                            deadline: deadline + timeout
                        )
                        _ = try outcome.results[0].get()
                        return (number, .success(outcome.replicas))
                    } catch {
                        return (number, .failure(error))
                    }
                }
            }
            for _ in 0..<Self.waitsMax { startNext() }
            for await (number, outcome) in tasks {
                switch outcome {
                case .success(let count): confirmed = min(confirmed, count)
                case .failure(let error):
                    for index in groups[number] { results[index] = .failure(error) }
                }
                // One group without its replicas is enough to know.
                if confirmed >= replicas { startNext() }
            }
        }
        return (results, confirmed == .max ? 0 : confirmed)
    }

    /// Tag-deletes keys of one server, and waits for its replicas over the same connection.
    private func invalidateAndWait(
        _ keys: [String],
        replicas: Int,
        timeout: Duration,
        deadline: Deadline
    ) async throws(RedisError) -> (results: [Result<Bool, RedisError>], replicas: Int) {
        let invocations = keys.map { RedisScriptInvocation(keys: [$0], arguments: self.invalidation) }
        do {
            return try await self.redis.withConnection(for: keys.first, deadline: deadline) { connection in
                let results = try await connection.run(
                    self.scripts.invalidate,
                    invocations: invocations,
                    deadline: deadline
                )
                let wait = RedisCommand.wait(replicas: replicas, timeout: timeout)
                return (results, try await connection.send(wait, deadline: deadline + timeout))
            }
        } catch {
            throw error as? RedisError ?? RedisError(.cancelled, "the calling task was cancelled")
        }
    }

    func discard(
        _ values: [(key: String, bytes: [UInt8])],
        deadline: Deadline
    ) async throws(RedisError) -> [Result<Bool, RedisError>] {
        let invocations = values.map { RedisScriptInvocation(keys: [$0.key], arguments: [.bytes($0.bytes)]) }
        return try await self.run(self.scripts.discard, invocations, deadline)
    }

    func put(_ value: StoredValue, deadline: Deadline) async throws(RedisError) {
        try await self.redis.run(
            self.scripts.put,
            keys: [value.key],
            arguments: [Self.channel, .bytes(value.bytes), Self.milliseconds(value.lifetime)],
            deadline: deadline
        )
    }

    // MARK: - Update locks

    func lockForUpdate(
        _ key: String,
        owner: String,
        lease: Duration,
        deadline: Deadline
    ) async throws(RedisError) -> String? {
        let arguments = [Self.seconds(lease), Self.updateOwner(owner)]
        let holder = try await self.redis.run(
            self.scripts.lockForUpdate,
            keys: [key],
            arguments: arguments,
            deadline: deadline
        )
        return holder.map {
            $0.hasPrefix(EntryScripts.updatePrefix) ? String($0.dropFirst(EntryScripts.updatePrefix.count)) : $0
        }
    }

    func extendUpdateLock(
        _ key: String,
        owner: String,
        lease: Duration,
        deadline: Deadline
    ) async throws(RedisError) -> Bool {
        let arguments = [Self.seconds(lease), Self.updateOwner(owner)]
        return try await self.redis.run(
            self.scripts.extendUpdateLock,
            keys: [key],
            arguments: arguments,
            deadline: deadline
        )
    }

    func unlockForUpdate(_ key: String, owner: String, deadline: Deadline) async throws(RedisError) -> Bool {
        let arguments = [Self.channel, Self.updateOwner(owner), Self.milliseconds(self.delay)]
        return try await self.redis.run(
            self.scripts.unlockForUpdate,
            keys: [key],
            arguments: arguments,
            deadline: deadline
        )
    }

    // MARK: - Scripts

    /// Runs a script for each key with the same arguments.
    private func run<Reply>(
        _ script: RedisScript<Reply>,
        _ keys: [String],
        _ arguments: [RedisArgument],
        _ deadline: Deadline
    ) async throws(RedisError) -> [Result<Reply, RedisError>] {
        try await self.run(script, keys.map { RedisScriptInvocation(keys: [$0], arguments: arguments) }, deadline)
    }

    private func run<Reply>(
        _ script: RedisScript<Reply>,
        _ invocations: [RedisScriptInvocation],
        _ deadline: Deadline
    ) async throws(RedisError) -> [Result<Reply, RedisError>] {
        guard invocations.count == 1 else {
            return try await Self.inChunks(invocations) { invocations throws(RedisError) in
                try await self.redis.run(script, invocations: invocations, deadline: deadline)
            }
        }
        // A single one goes by its digest; a pipeline carries the source.
        do throws(RedisError) {
            let one = invocations[0]
            return [
                .success(try await self.redis.run(script, keys: one.keys, arguments: one.arguments, deadline: deadline))
            ]
        } catch {
            guard error.code == .server || error.code == .unexpectedReply else { throw error }
            return [.failure(error)]
        }
    }

    /// Calls `body` with a part after the other.
    ///
    /// A part that fails as a whole does not keep the next ones from being tried: the more is tag-deleted the better.
    ///
    /// - Throws: what the only part throws.
    private static func inChunks<Element, Success>(
        _ elements: [Element],
        _ body: ([Element]) async throws(RedisError) -> [Result<Success, RedisError>]
    ) async throws(RedisError) -> [Result<Success, RedisError>] {
        guard elements.count > self.chunkMax else { return try await body(elements) }
        var results: [Result<Success, RedisError>] = []
        results.reserveCapacity(elements.count)
        for start in stride(from: 0, to: elements.count, by: self.chunkMax) {
            let chunk = Array(elements[start..<min(start + self.chunkMax, elements.count)])
            do throws(RedisError) {
                results += try await body(chunk)
            } catch {
                results += chunk.map { _ in .failure(error) }
            }
        }
        return results
    }

    /// The positions of the keys that one connection can serve: of one slot in a cluster, else all.
    private func groups(of keys: [String]) -> [[Int]] {
        guard case .cluster = self.redis.configuration.topology else {
            return keys.isEmpty ? [] : [Array(keys.indices)]
        }
        return Array(Dictionary(grouping: keys.indices) { RedisClient.hashSlot(of: keys[$0]) }.values)
    }

    private var invalidation: [RedisArgument] { [Self.channel, Self.milliseconds(self.delay)] }

    private var lockSeconds: RedisArgument { Self.seconds(self.lockExpire) }

    private static func updateOwner(_ owner: String) -> RedisArgument {
        .string(EntryScripts.updatePrefix + owner)
    }

    /// Whole seconds, rounded up.
    private static func seconds(_ duration: Duration) -> RedisArgument {
        let (seconds, attoseconds) = duration.components
        return .integer(attoseconds > 0 ? seconds + 1 : seconds)
    }

    /// Whole milliseconds, rounded up.
    private static func milliseconds(_ duration: Duration) -> RedisArgument {
        let (seconds, attoseconds) = duration.components
        // Beyond a hundred years Redis refuses it anyway.
        let bounded = min(seconds, 3_153_600_000)
        return .integer(bounded * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
