import Glibc
import ServerRuntime

/// A POSIX semaphore, which a thread can wait on.
///
/// The functions are thread safe (POSIX); the memory does not move between `init` and `deinit`, hence unchecked.
final class Semaphore: @unchecked Sendable {
    private let raw = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() {
        sem_init(self.raw, 0, 0)
    }

    deinit {
        sem_destroy(self.raw)
        self.raw.deallocate()
    }

    func signal() {
        sem_post(self.raw)
    }

    func wait() {
        while sem_wait(self.raw) != 0, errno == EINTR {}
    }

    /// Waits no longer than `limit`.
    ///
    /// It is counted on the clock of the day, which may be set: keep it short and look again.
    func wait(atMost limit: Duration) {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let nanoseconds = time.tv_nsec + Int(limit.milliseconds(rounding: .up)) * 1_000_000
        time.tv_sec += nanoseconds / 1_000_000_000
        time.tv_nsec = nanoseconds % 1_000_000_000
        // Returns early by a signal of the process too, which the caller's loop takes as any wake-up.
        sem_timedwait(self.raw, &time)
    }
}
