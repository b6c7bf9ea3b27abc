import ServerRuntime
import Synchronization

/// When the timer thread looks at the calls again.
final class MongoTimer: Sendable {
    private let signal = ThreadSignal()
    /// The timer looks no later than this.
    ///
    /// A lower bound: a call that ends early does not raise it.
    private let next = Mutex<Deadline?>(nil)

    /// Wakes the timer now.
    func wake() {
        self.signal.signal()
    }

    /// Sees to it that the timer looks at `deadline` or before.
    func wake(before deadline: Deadline) {
        let isEarlier = self.next.withLock { next in
            guard next.map({ deadline < $0 }) ?? true else { return false }
            next = deadline
            return true
        }
        if isEarlier {
            self.signal.signal()
        }
    }

    /// Blocks until it is time, or `wake`.
    ///
    /// - Parameter look: looks at the calls and says when to look again.
    func sleep(after look: () -> Deadline?) {
        let count = self.signal.count
        self.next.withLock { $0 = .after(.seconds(1 << 30)) }
        let wanted = look()
        let next = self.next.withLock { next in
            // A call that came meanwhile has left its deadline here.
            next = min(next ?? .after(.seconds(1 << 30)), wanted ?? .after(.seconds(1 << 30)))
            return next
        }
        self.signal.wait(past: count, until: next)
    }
}
