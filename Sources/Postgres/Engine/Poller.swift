import CPq
import Glibc

/// Waits for many descriptors at once.
///
/// Sole owner of an epoll descriptor; for one thread.
final class Poller {
    /// What a descriptor is watched for.
    struct Interest: OptionSet {
        let rawValue: UInt8
        static let read = Interest(rawValue: 1)
        static let write = Interest(rawValue: 2)
    }

    /// What happened to a descriptor.
    struct Event {
        /// The number under which the descriptor is watched.
        let id: UInt64
        /// There are bytes, an end or an error to be read.
        let isReadable: Bool
        /// The socket takes bytes, or an attempt to connect has ended.
        let isWritable: Bool
    }

    /// Events that one wait returns at most; the others are returned by the next.
    private static let eventsMax = 64

    private let descriptor: Int32
    private var events = [epoll_event](repeating: epoll_event(), count: eventsMax)

    init() {
        self.descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
    }

    deinit {
        if self.descriptor >= 0 { close(self.descriptor) }
    }

    /// Whether the system had a descriptor for it.
    var isUsable: Bool { self.descriptor >= 0 }

    /// Watches `descriptor` for `interest` from now on; nothing at all when that is empty, not even its end.
    ///
    /// libpq may have closed a socket and got another one with the same number, so the system is asked which it is.
    ///
    /// - Returns: whether the system complied.
    func watch(_ descriptor: Int32, id: UInt64, for interest: Interest) -> Bool {
        guard !interest.isEmpty else {
            _ = epoll_ctl(self.descriptor, EPOLL_CTL_DEL, descriptor, nil)
            return true
        }
        var event = epoll_event()
        event.events = interest.contains(.read) ? EPOLLIN.rawValue : 0
        if interest.contains(.write) { event.events |= EPOLLOUT.rawValue }
        event.data.u64 = id
        if epoll_ctl(self.descriptor, EPOLL_CTL_MOD, descriptor, &event) == 0 { return true }
        return errno == ENOENT && epoll_ctl(self.descriptor, EPOLL_CTL_ADD, descriptor, &event) == 0
    }

    /// Waits for at most `timeout` milliseconds, -1 for ever, and calls `body` with each event.
    func wait(milliseconds timeout: Int32, _ body: (Event) -> Void) {
        let count = epoll_wait(self.descriptor, &self.events, Int32(Self.eventsMax), timeout)
        guard count > 0 else { return }
        for index in 0..<Int(count) {
            let flags = self.events[index].events
            let isWritable = flags & EPOLLOUT.rawValue != 0
            let isReadable = flags & ~EPOLLOUT.rawValue != 0
            body(Event(id: self.events[index].data.u64, isReadable: isReadable, isWritable: isWritable))
        }
    }
}
