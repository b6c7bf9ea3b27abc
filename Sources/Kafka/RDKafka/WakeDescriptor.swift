import CRdkafka
import Glibc

/// An eventfd that wakes a client's thread: librdkafka's queues and other threads write to it.
///
/// Waking is cheap and never lost: what is written before the thread sleeps is seen when it does.
final class WakeDescriptor: Sendable {
    /// The descriptor; valid as long as this object lives.
    let descriptor: Int32

    init() throws(KafkaError) {
        self.descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard self.descriptor >= 0 else {
            throw KafkaError(.system, "eventfd: error \(errno)", isRetriable: true)
        }
    }

    deinit {
        close(self.descriptor)
    }

    /// Wakes the thread.
    ///
    /// Any thread may call it.
    func wake() {
        // It can only fail when the counter is near its maximum, and then the thread is awake already.
        _ = eventfd_write(self.descriptor, 1)
    }

    /// Waits until somebody wakes or the time is over, and takes all wake-ups so far.
    func wait(milliseconds: Int32) {
        var request = pollfd(fd: self.descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&request, 1, milliseconds)
        var count: eventfd_t = 0
        // Fails when nothing was written, which is what a timeout looks like.
        _ = eventfd_read(self.descriptor, &count)
    }
}
