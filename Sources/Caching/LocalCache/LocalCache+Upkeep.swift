import ServerRuntime
import Synchronization

extension LocalCache {
    /// Positions looked at in one go of a sweep, so that nobody waits long for the slot.
    private static var sweepStep: Int { 512 }

    /// Sweeps, when the options say so, and hands the counts to the metrics, until the surrounding task is cancelled.
    ///
    /// The cache works without it, but then entries that nobody touches stay, and the metrics do not move.
    public func run() async throws {
        var sweep: Duration?
        if case .swept(let interval) = self.options.expiry { sweep = interval }
        var nextSweep = sweep.map { Deadline.after($0) }
        var nextReport = Deadline.after(self.options.reportInterval)
        while !Task.isCancelled {
            let next = nextSweep.map { min($0, nextReport) } ?? nextReport
            do {
                try await Task.sleep(for: next.remaining)
            } catch {
                break
            }
            if let sweep, nextSweep?.hasPassed == true {
                self.sweep()
                nextSweep = .after(sweep)
            }
            if nextReport.hasPassed {
                self.report()
                nextReport = .after(self.options.reportInterval)
            }
        }
        self.report()
    }

    /// Removes all entries that have expired.
    func sweep() {
        let now = self.clock.now
        for slot in self.slots {
            var start: Int? = 0
            while let first = start {
                let (next, removal) = slot.state.withLock { state -> (Int?, LocalCacheRemoval<Value>) in
                    var removal = LocalCacheRemoval<Value>()
                    let next = state.sweep(from: first, count: Self.sweepStep, now, &removal)
                    return (next, removal)
                }
                self.settle(removal)
                start = next
            }
        }
    }

    /// What has been counted since the cache was made.
    var counts: LocalCacheCounts {
        self.slots.reduce(self.ownCounts.withLock { $0 }) { sum, slot in sum + slot.state.withLock { $0.counts } }
    }

    /// Hands what is new since the last time to the metrics.
    func report() {
        let counts = self.counts
        let new = self.reported.withLock { reported in
            defer { reported = counts }
            return counts - reported
        }
        self.metrics.report(new, entries: self.count)
    }
}
