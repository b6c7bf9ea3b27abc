import Redis
import ServerRuntime

@testable import Caching

/// An `EntryStore` over `EntryModel`, as one process sees it: every request takes time before and after its steps, and may go
/// wrong.
struct ModelEntryStore: EntryStore {
    let server: ModelServer
    /// The process, for traces.
    let process: Int
    let delay: Duration
    let lockExpire: Duration
    /// The clock of the process.
    let now: @Sendable () -> Deadline

    var isReachable: Bool { self.server.isReachable }

    // MARK: - Requests

    func read(_ key: String, deadline: Deadline) async throws(RedisError) -> CacheEntry {
        try await self.exchange("read \(key)", deadline) { self.read(key) }
    }

    func read(_ keys: [String], deadline: Deadline) async throws(RedisError) -> [CacheEntry] {
        let entries = try await self.exchange("read \(keys)", deadline) { await self.each(keys) { self.read($0) } }
        return try entries.map { entry throws(RedisError) in try entry.get() }
    }

    private func read(_ key: String) -> CacheEntry {
        let entry = self.server.step(key) { $0.entry(key) }
        return CacheEntry(value: entry?.value, hasLock: entry?.lockUntil != nil)
    }

    func acquire(
        _ keys: [String],
        owner: String,
        wakesWaiter: Bool,
        deadline: Deadline
    ) async throws(RedisError) -> [Result<Acquisition, RedisError>] {
        let seconds = Self.seconds(self.lockExpire)
        self.server.acquired(owner)
        return try await self.exchange("acquire \(keys) \(owner)", deadline) {
            await self.each(keys) { key in
                let found = self.server.step(key) {
                    $0.acquire(key, owner: owner, seconds: seconds, wakesWaiter: wakesWaiter)
                }
                switch found {
                case .fresh(let value): return .fresh(value)
                case .held(let value): return .held(value)
                case .acquired(let value): return .acquired(value)
                }
            }
        }
    }

    func store(
        _ values: [StoredValue],
        owner: String,
        deadline: Deadline
    ) async throws(RedisError) -> [Result<Bool, RedisError>] {
        let text = values.map { "\($0.key)=\(String(decoding: $0.bytes, as: UTF8.self))" }
        return try await self.exchange("store \(text) \(owner)", deadline) {
            await self.each(values) { value in
                let key = value.key
                let (before, isStored, after) = self.server.step(key) { model in
                    let before = model.entry(key)
                    let isStored = model.store(
                        key,
                        owner: owner,
                        value: value.bytes,
                        milliseconds: Self.milliseconds(value.lifetime)
                    )
                    return (before, isStored, model.entry(key))
                }
                if isStored { self.server.stored(key, value.bytes, owner: owner, before: before, after: after) }
                return isStored
            }
        }
    }

    func release(
        _ keys: [String],
        owner: String,
        deadline: Deadline
    ) async throws(RedisError) -> [Result<Bool, RedisError>] {
        let milliseconds = Self.milliseconds(self.lockExpire)
        return try await self.exchange("release \(keys) \(owner)", deadline) {
            await self.each(keys) { key in
                self.server.step(key) { $0.release(key, owner: owner, milliseconds: milliseconds) }
            }
        }
    }

    func invalidate(_ keys: [String], deadline: Deadline) async throws(RedisError) -> [Result<Bool, RedisError>] {
        let milliseconds = Self.milliseconds(self.delay)
        return try await self.exchange("invalidate \(keys)", deadline) {
            await self.each(keys) { key in
                self.server.step(key) { $0.invalidate(key, milliseconds: milliseconds) }
                self.server.tagged(key)
                return true
            }
        }
    }

    func invalidate(
        _ keys: [String],
        replicas: Int,
        timeout: Duration,
        deadline: Deadline
    ) async throws(RedisError) -> (results: [Result<Bool, RedisError>], replicas: Int) {
        // The model has no replicas.
        (try await self.invalidate(keys, deadline: deadline), 0)
    }

    func discard(
        _ values: [(key: String, bytes: [UInt8])],
        deadline: Deadline
    ) async throws(RedisError) -> [Result<Bool, RedisError>] {
        let values = values.map { StoredValue(key: $0.key, bytes: $0.bytes, lifetime: .zero) }
        return try await self.exchange("discard \(values.map(\.key))", deadline) {
            await self.each(values) { value in
                self.server.step(value.key) { $0.discard(value.key, value: value.bytes) }
            }
        }
    }

    func put(_ value: StoredValue, deadline: Deadline) async throws(RedisError) {
        let key = value.key
        let text = String(decoding: value.bytes, as: UTF8.self)
        // A put that is carried out late would stand above newer ones, which is its caller's affair.
        try await self.exchange("put \(key)=\(text)", deadline, mayBeLate: false) {
            self.server.step(key) { model in
                model.put(key, value: value.bytes, milliseconds: Self.milliseconds(value.lifetime))
            }
            self.server.put(key, value.bytes)
        }
    }

    // MARK: - Update locks

    func lockForUpdate(
        _ key: String,
        owner: String,
        lease: Duration,
        deadline: Deadline
    ) async throws(RedisError) -> String? {
        let holder = try await self.exchange("lockForUpdate \(key) \(owner)", deadline) {
            self.server.step(key) {
                $0.lockForUpdate(key, owner: EntryModel.updatePrefix + owner, seconds: Self.seconds(lease))
            }
        }
        return holder.map { $0.hasPrefix(EntryModel.updatePrefix) ? String($0.dropFirst(7)) : $0 }
    }

    func extendUpdateLock(
        _ key: String,
        owner: String,
        lease: Duration,
        deadline: Deadline
    ) async throws(RedisError) -> Bool {
        try await self.exchange("extendUpdateLock \(key) \(owner)", deadline) {
            self.server.step(key) {
                $0.extendUpdateLock(key, owner: EntryModel.updatePrefix + owner, seconds: Self.seconds(lease))
            }
        }
    }

    func unlockForUpdate(_ key: String, owner: String, deadline: Deadline) async throws(RedisError) -> Bool {
        let milliseconds = Self.milliseconds(self.delay)
        return try await self.exchange("unlockForUpdate \(key) \(owner)", deadline) {
            let (isInvalid, wasHeld) = self.server.step(key) { model in
                let wasHeld = model.unlockForUpdate(
                    key,
                    owner: EntryModel.updatePrefix + owner,
                    milliseconds: milliseconds
                )
                return (model.entry(key)?.lockUntil == 0, wasHeld)
            }
            if isInvalid { self.server.tagged(key) }
            return wasHeld
        }
    }

    // MARK: - The way there and back

    /// Key by key, with others in between.
    private func each<Item: Sendable, Reply: Sendable>(
        _ items: [Item],
        _ step: (Item) -> Reply
    ) async -> [Result<Reply, RedisError>] {
        var results: [Result<Reply, RedisError>] = []
        for item in items {
            if results.isEmpty == false, self.server.schedule.chance(0.3) { await self.server.schedule.yield() }
            if self.server.keyFails() {
                results.append(.failure(RedisError(.server, "CLUSTERDOWN the model says so")))
            } else {
                results.append(.success(step(item)))
            }
        }
        return results
    }

    private func exchange<Reply: Sendable>(
        _ name: @autoclosure () -> String,
        _ deadline: Deadline,
        mayBeLate: Bool = true,
        _ step: @escaping @Sendable () async -> Reply
    ) async throws(RedisError) -> Reply {
        let schedule = self.server.schedule
        guard !schedule.isOver else { throw RedisError(.closed, "the run is over") }
        let fate = self.server.fate()
        guard self.server.isReachable, !fate.isLost else {
            schedule.note("p\(self.process) \(name()) is lost")
            try await self.giveUp(fate, deadline)
        }
        do throws(RedisError) {
            try await self.pass(fate.before, deadline)
        } catch {
            schedule.note("p\(self.process) \(name()) is given up\(fate.isLate ? ", but comes late" : "")")
            if fate.isLate, mayBeLate {
                Task(executorPreference: self.server.executor) {
                    try await schedule.sleep(for: .milliseconds(schedule.int(in: 0...2000)))
                    _ = await step()
                }
            }
            throw error
        }
        let reply = await step()
        schedule.note("p\(self.process) \(name()): \(reply)")
        guard !fate.isReplyLost else { try await self.giveUp(fate, deadline) }
        try await self.pass(fate.after, deadline)
        return reply
    }

    private func giveUp(_ fate: ModelServer.Fate, _ deadline: Deadline) async throws(RedisError) -> Never {
        if fate.isSilent { try await self.pass(.seconds(86_400), deadline) }
        throw RedisError(.connectionLost, "the model says so", mayHaveBeenApplied: true)
    }

    private func pass(_ duration: Duration?, _ deadline: Deadline) async throws(RedisError) {
        guard let duration else { return await self.server.schedule.yield() }
        let left = self.now().instant.duration(to: deadline.instant)
        do {
            try await self.server.schedule.sleep(for: min(duration, left))
        } catch {
            throw RedisError(.cancelled, "the task was cancelled", mayHaveBeenApplied: true)
        }
        guard duration < left else {
            throw RedisError(.deadlineExceeded, "the model was too slow", mayHaveBeenApplied: true)
        }
    }

    private static func seconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return attoseconds > 0 ? seconds + 1 : seconds
    }

    private static func milliseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}
