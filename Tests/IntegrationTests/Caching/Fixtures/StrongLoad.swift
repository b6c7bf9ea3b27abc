import Redis
import ServerRuntime
import TestKit

@testable import Caching

/// Readers and writers of versions, whose strong reads are checked.
final class StrongLoad: Sendable {
    let database: VersionedDatabase
    let history = ReadHistory()
    /// Failed calls by their kind.
    let failures = Shared<[String: Int]>([:])
    private let lostLockCount = Shared(0)

    /// Updates that had lost their locks at their end.
    var lostLocks: Int { self.lostLockCount.value }

    init(_ database: VersionedDatabase) {
        self.database = database
    }

    // MARK: - Reading

    func read(_ key: String, _ process: RocksCacheProcess, deadline: Deadline? = nil) async throws {
        let read = self.history.begin(key)
        let value: TestNumber = try await process.cache.fetch(key, expire: .test, deadline: deadline) { [database] in
            TestNumber(await database.read(key))
        }
        self.history.end(read, value.number)
    }

    func readBatch(_ keys: [String], _ process: RocksCacheProcess, deadline: Deadline? = nil) async throws {
        let reads = keys.map(self.history.begin)
        let values = try await process.cache.fetchBatch(keys, expire: .test, deadline: deadline) { [database] keys in
            var versions: [String: TestNumber] = [:]
            for key in keys { versions[key] = TestNumber(await database.read(key)) }
            return versions
        }
        for read in reads { self.history.end(read, values[read.key]?.number ?? -1) }
    }

    // MARK: - Writing

    /// Commits a version and tag-deletes the entry.
    func write(_ key: String, _ process: RocksCacheProcess, pause: Duration = .zero) async throws {
        let version = await self.database.write(key)
        try await process.cache.tagAsDeleted(key)
        self.history.tagged(key, version)
        if pause > .zero { try await Task.sleep(for: pause) }
    }

    /// The same until the tag-delete has an answer.
    func writeForSure(_ key: String, _ process: RocksCacheProcess) async throws {
        let version = await self.database.write(key)
        let end = Deadline.after(.seconds(30))
        while true {
            do {
                try await process.cache.tagAsDeleted(key)
                return self.history.tagged(key, version)
            } catch  where !end.hasPassed {
                self.note(error)
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    /// Commits a version under an update lock.
    func update(_ key: String, _ process: RocksCacheProcess, owner: String) async throws {
        do {
            let version = try await process.cache.withUpdateLock(key, owner: owner, lease: .seconds(2)) { [database] in
                await database.write(key)
            }
            self.history.tagged(key, version)
        } catch let error as RocksCacheError where error.code == .lockLost || error.code == .lockedForUpdate {
            self.lostLockCount.change { $0 += error.code == .lockLost ? 1 : 0 }
        }
        try await Task.sleep(for: .milliseconds(5))
    }

    /// Commits a version although the update lock may have ended before.
    func lateUpdate(_ key: String, _ process: RocksCacheProcess, owner: String) async throws {
        do {
            try await process.cache.lockForUpdate(key, owner: owner, lease: .seconds(1))
        } catch {
            guard error.code == .lockedForUpdate else { throw error }
            return try await Task.sleep(for: .milliseconds(50))
        }
        try await Task.sleep(for: .milliseconds([300, 2_100].randomElement() ?? 300))
        let version = await self.database.write(key)
        do {
            try await process.cache.unlockForUpdate(key, owner: owner)
            self.history.tagged(key, version)
        } catch {
            guard error.code == .lockLost else { throw error }
            // Tag-deleted, or held by the next one, whose end does it: no reader gets an old value either way.
            self.lostLockCount.change { $0 += 1 }
            self.history.tagged(key, version)
        }
    }

    /// A read or write as `task` does it, whatever comes of it.
    func step(_ task: Int, _ keys: [String], _ processes: [RocksCacheProcess]) async {
        let process = processes[task % processes.count]
        let key = keys[task / processes.count % keys.count]
        do {
            switch task % 8 {
            case 0:
                try await self.writeForSure(key, process)
                try await Task.sleep(for: .milliseconds(3))
            case 1, 2: try await self.readBatch(keys, process, deadline: .after(.seconds(3)))
            default: try await self.read(key, process, deadline: .after(.seconds(3)))
            }
        } catch {
            self.note(error)
            // Failing calls may come back at once.
            try? await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Tag-deletes each entry once more.
    func tagAgain(_ keys: [String], _ process: RocksCacheProcess) async throws {
        for key in keys {
            let version = await self.database.version(key)
            try await process.cache.tagAsDeleted(key, deadline: .after(.seconds(5)))
            self.history.tagged(key, version)
        }
    }

    /// One line for the message of a failing test.
    var summary: String { "\(self.history.reads) reads, failures \(self.failures.value)" }

    /// Counts a failure.
    func note(_ error: any Error) {
        let kind = (error as? RocksCacheError)?.code.description ?? "\(type(of: error))"
        self.failures.change { $0[kind, default: 0] += 1 }
    }

    // MARK: - At the end

    /// The entries that are fresh and not what the database says.
    func differences(_ keys: [String], _ processes: [RocksCacheProcess]) async throws -> [String] {
        var differences: [String] = []
        for key in keys {
            let hash = try await StoredHash(key, processes[0].redis)
            let version = await self.database.version(key)
            if hash.lockUntil == nil, let value = hash.value, value != "\(version)" {
                differences.append("\(key): the entry is \(value), the database \(version)")
            }
            if !hash.isTidy { differences.append("\(key): has no end") }
        }
        return differences
    }
}
