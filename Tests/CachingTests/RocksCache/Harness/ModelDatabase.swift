import Synchronization

@testable import Caching

/// The database behind the cache: each key has versions, the last of which counts; reads and writes are linearizable.
final class ModelDatabase: Sendable {
    /// What a loader threw.
    struct LoadFailure: Error, Hashable {
        var run: Int
    }

    /// One call of a loader for one key.
    struct Run: Sendable {
        var key: String
        var process: Int
        var begin: Int
        /// The step at which it ended; `nil` while it runs.
        var end: Int?
        /// What it read; `nil` for absent.
        var version: Version?
        var wasCancelled = false
    }

    private struct State: Sendable {
        /// For each version whether the row is absent.
        var rows: [String: [Bool]] = [:]
        var runs: [Run] = []
    }

    private let schedule: Schedule
    private let state = Mutex(State())

    init(_ schedule: Schedule) {
        self.schedule = schedule
    }

    // MARK: - Rows

    /// The number of the newest version; a row begins with version 0.
    func current(_ key: String) -> Int {
        self.state.withLock { ($0.rows[key] ?? [false]).count - 1 }
    }

    func read(_ key: String) -> Version? {
        self.state.withLock { state in
            let row = state.rows[key] ?? [false]
            return row.last == true ? nil : Version(row.count - 1)
        }
    }

    /// Commits a new version at once.
    @discardableResult
    func commit(_ key: String, isAbsent: Bool = false) -> Int {
        let version = self.state.withLock { state in
            state.rows[key, default: [false]].append(isAbsent)
            return (state.rows[key]?.count ?? 1) - 1
        }
        self.schedule.note("commit \(key) v\(version)\(isAbsent ? " absent" : "")")
        return version
    }

    /// Whether a value is that of a version in `range`.
    func has(_ value: Version?, _ key: String, in range: PartialRangeFrom<Int>) -> Bool {
        self.state.withLock { state in
            let row = state.rows[key] ?? [false]
            guard let value else { return row[min(range.lowerBound, row.count)...].contains(true) }
            return value.number >= range.lowerBound && value.number < row.count && !row[value.number]
        }
    }

    // MARK: - Loaders

    var runs: [Run] { self.state.withLock { $0.runs } }

    /// A number of runs of loaders for `key`.
    func runs(of key: String) -> Int { self.runs.count { $0.key == key } }

    /// What a loader does: reads the rows at one moment, after and before some time.
    ///
    /// - Parameters:
    ///   - keys: the rows.
    ///   - process: whose loader it is.
    ///   - before: how long it takes to the moment of reading.
    ///   - after: how long it takes from there.
    ///   - fails: whether it throws in the end.
    /// - Returns: what it read.
    /// - Throws: `LoadFailure`; `CancellationError`.
    func load(
        _ keys: [String],
        in process: Int,
        before: Duration?,
        after: Duration?,
        fails: Bool = false
    ) async throws -> [String: Version] {
        let begin = self.schedule.steps
        let first = self.state.withLock { state in
            state.runs += keys.map { Run(key: $0, process: process, begin: begin) }
            return state.runs.count - keys.count
        }
        self.schedule.note("p\(process) load #\(first) \(keys) begins")
        var values: [String: Version] = [:]
        do {
            try await self.pass(before)
            for key in keys { values[key] = self.read(key) }
            try await self.pass(after)
        } catch {
            self.end(first, keys, [:], wasCancelled: true)
            throw error
        }
        self.end(first, keys, values, wasCancelled: false)
        guard !fails else { throw LoadFailure(run: first) }
        return values
    }

    private func end(_ first: Int, _ keys: [String], _ values: [String: Version], wasCancelled: Bool) {
        let end = self.schedule.steps
        self.schedule.note(
            "load #\(first) \(keys) ends: \(wasCancelled ? "cancelled" : "\(values.sorted { $0.key < $1.key })")"
        )
        self.state.withLock { state in
            for (offset, key) in keys.enumerated() {
                state.runs[first + offset].end = end
                state.runs[first + offset].version = values[key]
                state.runs[first + offset].wasCancelled = wasCancelled
            }
        }
    }

    private func pass(_ duration: Duration?) async throws {
        guard let duration else { return await self.schedule.yield() }
        try await self.schedule.sleep(for: duration)
    }
}
