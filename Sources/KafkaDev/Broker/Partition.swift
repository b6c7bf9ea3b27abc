/// A partition: its log, and the fetches that wait for more of it.
///
/// Belongs to the broker's loop.
final class Partition {
    let log: PartitionLog
    private var waiting: [WaitingFetch] = []

    init(log: PartitionLog) {
        self.log = log
        log.onVisible = { [weak self] bytes in self?.moreVisible(bytes) }
    }

    private func moreVisible(_ bytes: Int64) {
        guard !self.waiting.isEmpty else { return }
        // Those that are satisfied remove themselves.
        for fetch in self.waiting { fetch.arrived(bytes) }
    }

    /// Answers all that wait: the partition is gone.
    func endWaiting() {
        for fetch in self.waiting { fetch.end() }
    }

    /// Tells `fetch` about records from now on.
    func add(_ fetch: WaitingFetch) {
        self.waiting.append(fetch)
    }

    /// Forgets `fetch`.
    func remove(_ fetch: WaitingFetch) {
        self.waiting.removeAll { $0 === fetch }
    }
}
