import CPq
import Glibc

/// An eventfd by which any thread ends the wait of the I/O thread.
final class WakeUp: Sendable {
    /// The descriptor to watch for input; negative when the system had none left.
    let descriptor: Int32

    init() {
        self.descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    }

    deinit {
        if self.descriptor >= 0 { close(self.descriptor) }
    }

    /// Wakes the thread now, or makes its next wait return at once.
    func signal() {
        // The only failure is a counter that is full, and then the descriptor is readable anyway.
        _ = eventfd_write(self.descriptor, 1)
    }

    /// Makes the descriptor unreadable again.
    func reset() {
        var value: eventfd_t = 0
        _ = eventfd_read(self.descriptor, &value)
    }
}
