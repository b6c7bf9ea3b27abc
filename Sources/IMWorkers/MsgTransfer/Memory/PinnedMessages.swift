import Synchronization

/// What the transfers of a process may not forget: the messages that stand in `toMongo` and that the history has not
/// passed yet.
///
/// Shared by all partitions, so that their sum is bounded, and so that one task can follow the history for all of them.
final class PinnedMessages: Sendable {
    /// The messages of one conversation in one record.
    struct Run: Sendable {
        let offset: Int64
        let conversationID: String
        let maxSeq: Int64
        let count: Int
    }

    private struct Ledger {
        let partition: Int32
        var next: Int64 = 0
        var runs: [Run] = []
        /// Runs before this index were passed.
        var first = 0
        var count = 0

        mutating func passed(_ next: Int64) -> Int {
            self.next = max(self.next, next)
            var passed = 0
            while self.first < self.runs.count, self.runs[self.first].offset < self.next {
                passed += self.runs[self.first].count
                self.first += 1
            }
            if self.first > 1000, self.first > self.runs.count / 2 {
                self.runs.removeFirst(self.first)
                self.first = 0
            }
            self.count -= passed
            return passed
        }
    }

    private struct State {
        var ledgers: [UInt64: Ledger] = [:]
        var tickets: UInt64 = 0
        var total = 0
    }

    private let state = Mutex(State())

    /// Begins a partition; the ticket names it until it ends.
    func join(_ partition: Int32) -> UInt64 {
        self.state.withLock { state in
            state.tickets += 1
            state.ledgers[state.tickets] = Ledger(partition: partition)
            return state.tickets
        }
    }

    /// Ends a partition: nothing of it is in memory any more.
    func leave(_ ticket: UInt64) {
        self.state.withLock { state in
            guard let ledger = state.ledgers.removeValue(forKey: ticket) else { return }
            state.total -= ledger.count
        }
    }

    /// Forgets what is noted of a partition, whose history stands at `next`.
    func restart(_ ticket: UInt64, next: Int64) {
        self.state.withLock { state in
            guard let ledger = state.ledgers[ticket] else { return }
            state.total -= ledger.count
            state.ledgers[ticket] = Ledger(partition: ledger.partition, next: next)
        }
    }

    /// Notes records that stand, in the order of their offsets from call to call.
    func add(_ runs: [Run], to ticket: UInt64) {
        self.state.withLock { state in
            guard state.ledgers[ticket] != nil else { return }
            for run in runs {
                state.ledgers[ticket]?.runs.append(run)
                state.ledgers[ticket]?.count += run.count
                state.total += run.count
            }
        }
    }

    /// Notes how far the history is.
    func passed(_ ticket: UInt64, next: Int64) {
        self.state.withLock { state in
            let passed = state.ledgers[ticket]?.passed(next) ?? 0
            state.total -= passed
        }
    }

    /// How far the history of a partition was when it was looked at last.
    func next(of ticket: UInt64) -> Int64 {
        self.state.withLock { $0.ledgers[ticket]?.next ?? 0 }
    }

    /// How many partitions are at work.
    var partitionCount: Int {
        self.state.withLock { $0.ledgers.count }
    }

    /// Messages that the history has not passed, of all partitions.
    var total: Int {
        self.state.withLock { $0.total }
    }

    /// The partitions with messages that the history has not passed, in the order in which they began.
    var waiting: [(ticket: UInt64, partition: Int32)] {
        self.state.withLock { state in
            state.ledgers.filter { $0.value.count > 0 }.map { (ticket: $0.key, partition: $0.value.partition) }
                .sorted { $0.ticket < $1.ticket }
        }
    }

    /// The greatest seqs that the history may not have, by conversation.
    var maxima: [String: Int64] {
        self.state.withLock { state in
            var maxima: [String: Int64] = [:]
            for ledger in state.ledgers.values {
                for run in ledger.runs[ledger.first...] {
                    maxima[run.conversationID] = max(maxima[run.conversationID] ?? 0, run.maxSeq)
                }
            }
            return maxima
        }
    }
}
