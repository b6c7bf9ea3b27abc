import ServerRuntime
import Synchronization

/// A point at which tasks wait until it is opened.
final class Gate: Sendable {
    /// Nobody opened it.
    struct NotOpened: Error {}

    private let isOpenFlag = Atomic<Bool>(false)
    private let arrivalCount = Atomic<Int>(0)

    /// How many tasks came here.
    var arrivals: Int { self.arrivalCount.load(ordering: .acquiring) }

    /// Lets everybody pass, now and later.
    func open() { self.isOpenFlag.store(true, ordering: .releasing) }

    /// Waits until the gate is open.
    ///
    /// - Throws: `CancellationError`; `NotOpened` after 20 seconds.
    func pass() async throws {
        self.arrivalCount.add(1, ordering: .acquiringAndReleasing)
        let deadline = Deadline.after(.seconds(20))
        while !self.isOpenFlag.load(ordering: .acquiring) {
            guard !deadline.hasPassed else { throw NotOpened() }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    /// Waits until so many tasks have come here.
    func waitForArrivals(_ count: Int = 1) async throws {
        let deadline = Deadline.after(.seconds(20))
        while self.arrivals < count {
            guard !deadline.hasPassed else { throw NotOpened() }
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}
