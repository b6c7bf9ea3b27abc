import CMongoc
import Glibc
import ServerRuntime

/// Counts events, and lets threads of ours sleep until the next one or a deadline.
///
/// Read `count`, look at whatever the event is about, then wait past that count: an event in between is not missed.
/// The functions of POSIX are thread safe and the memory does not move between `init` and `deinit`, hence unchecked.
final class ThreadSignal: @unchecked Sendable {
    private static let waitMax: Duration = .seconds(3600)
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var value: UInt64 = 0

    init() {
        pthread_mutex_init(self.mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // So that setting the clock of the day does not move a deadline.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(self.condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(self.condition)
        pthread_mutex_destroy(self.mutex)
        self.condition.deallocate()
        self.mutex.deallocate()
    }

    /// How many events there have been.
    var count: UInt64 {
        pthread_mutex_lock(self.mutex)
        defer { pthread_mutex_unlock(self.mutex) }
        return self.value
    }

    /// Wakes all threads that wait.
    func signal() {
        pthread_mutex_lock(self.mutex)
        self.value &+= 1
        pthread_cond_broadcast(self.condition)
        pthread_mutex_unlock(self.mutex)
    }

    /// Blocks until there have been more than `count` events, or the deadline.
    ///
    /// Without a deadline it waits no longer than an hour: look again then.
    func wait(past count: UInt64, until deadline: Deadline?) {
        var time = MonotonicTime.now.advanced(by: min(deadline?.remaining ?? Self.waitMax, Self.waitMax)).timespec
        pthread_mutex_lock(self.mutex)
        while self.value == count, pthread_cond_timedwait(self.condition, self.mutex, &time) != ETIMEDOUT {}
        pthread_mutex_unlock(self.mutex)
    }
}
