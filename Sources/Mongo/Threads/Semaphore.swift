import Glibc

/// A POSIX semaphore, on which one thread of ours sleeps until there is work.
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
}
