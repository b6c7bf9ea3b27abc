import IMProtocol

@testable import IMStorage
@testable import IMWorkers

/// Redis of the model: it may forget everything, its last writes, or single keys.
final class ModelCache {
    struct Entry {
        var max: Int64?
        /// Time of the last write, in milliseconds.
        var at: Int64 = 0
        var messages: [Int64: Openim_Sdkws_MsgData] = [:]
    }

    private let truth: ModelTruth
    private(set) var entries: [String: Entry] = [:]
    private var earlier: [[String: Entry]] = []
    /// Counts the connections that were made.
    var generation = 1

    init(truth: ModelTruth) {
        self.truth = truth
    }

    /// The script "put".
    func put(_ run: SequencedMessages, now: Int64) {
        self.remember()
        var entry = self.entries[run.conversationID] ?? Entry()
        let max = entry.max ?? -1
        for message in run.messages {
            self.truth.cached(run.conversationID, message)
            guard message.seq > max else { continue }
            entry.messages[message.seq] = message
            entry.max = message.seq
        }
        entry.at = now
        self.entries[run.conversationID] = entry
    }

    /// The script "raise".
    func raise(_ conversationID: String, to max: Int64, now: Int64) {
        self.remember()
        if max > self.truth.maxSeq(conversationID) {
            self.truth.breaks("the maximum of \(conversationID) is raised to \(max), which is not real")
        }
        var entry = self.entries[conversationID] ?? Entry()
        entry.max = Swift.max(entry.max ?? -1, max)
        entry.at = now
        self.entries[conversationID] = entry
    }

    private func remember() {
        self.earlier.append(self.entries)
        if self.earlier.count > 20 { self.earlier.removeFirst() }
    }

    /// Forgets the last writes, as a server does that took over from another.
    func lose(writes: Int) {
        guard writes <= self.earlier.count, writes > 0 else { return self.empty() }
        self.entries = self.earlier[self.earlier.count - writes]
        self.earlier.removeLast(writes)
    }

    func empty() {
        self.entries = [:]
        self.earlier = []
    }

    /// Evicts the maximum of a conversation.
    func evictMax(_ conversationID: String) {
        self.entries[conversationID]?.max = nil
    }

    /// Evicts a message.
    func evict(_ seq: Int64, of conversationID: String) {
        self.entries[conversationID]?.messages[seq] = nil
    }
}

/// Redis as one process sees it.
///
/// Not checked: everything of the model runs on one thread.
struct ModelCacheAccess: PipelineCache, MessageCacheReading, @unchecked Sendable {
    let world: ModelWorld
    let process: ModelProcess

    var connectionGeneration: Int {
        self.world.cache.generation
    }

    func put(_ runs: [SequencedMessages]) async throws {
        let world = self.world
        let faults: [ModelOutcome] = [.refused, .answerLost, .partly, .late]
        func put(_ runs: [SequencedMessages]) {
            for run in runs { world.cache.put(run, now: world.now) }
        }
        let part = { put(runs.filter { _ in world.flip() }) }
        try await world.schedule.call(self.process, "put", faults: faults, partly: part, { put(runs) })
    }

    func raise(_ maxima: [String: Int64]) async throws {
        let world = self.world
        try await world.schedule.call(self.process, "raise", faults: [.refused, .answerLost, .late]) {
            for (conversationID, max) in maxima.sorted(by: { $0.key < $1.key }) {
                world.cache.raise(conversationID, to: max, now: world.now)
            }
        }
    }

    func maxima(of conversationIDs: [String]) async throws -> [String: CachedMaximum] {
        let world = self.world
        return try await world.schedule.call(self.process, "maxima") {
            var maxima: [String: CachedMaximum] = [:]
            for conversationID in conversationIDs {
                guard let entry = world.cache.entries[conversationID], let max = entry.max else { continue }
                maxima[conversationID] = CachedMaximum(seq: max, ageSeconds: (world.now - entry.at) / 1000)
            }
            return maxima
        }
    }

    func messages(_ conversationID: String, seqs: [Int64]) async throws -> [Int64: Openim_Sdkws_MsgData] {
        let world = self.world
        return try await world.schedule.call(self.process, "cachedMessages") {
            let messages = world.cache.entries[conversationID]?.messages ?? [:]
            return messages.filter { seqs.contains($0.key) }
        }
    }
}
