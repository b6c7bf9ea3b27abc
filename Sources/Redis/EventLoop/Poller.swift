import CHiredis
import Glibc

/// Waits for many descriptors at once.
///
/// Sole owner of an epoll descriptor; for one thread.
final class Poller {
    /// What happened to a descriptor.
    struct Event {
        /// The number under which the descriptor was added.
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

    /// Watches `descriptor` for input, and for room to write when `forWriting`; closing it ends the watch.
    ///
    /// - Throws: `.system` when the system refuses.
    func add(_ descriptor: Int32, id: UInt64, forWriting: Bool) throws(RedisError) {
        try self.control(EPOLL_CTL_ADD, descriptor, id, forWriting)
    }

    /// Changes whether a watched descriptor is watched for room to write.
    func update(_ descriptor: Int32, id: UInt64, forWriting: Bool) throws(RedisError) {
        try self.control(EPOLL_CTL_MOD, descriptor, id, forWriting)
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

    private func control(_ call: Int32, _ descriptor: Int32, _ id: UInt64, _ forWriting: Bool) throws(RedisError) {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue | (forWriting ? EPOLLOUT.rawValue : 0)
        event.data.u64 = id
        guard epoll_ctl(self.descriptor, call, descriptor, &event) == 0 else {
            throw RedisError(.system, "epoll_ctl: \(String(cString: strerror(errno)))")
        }
    }
}
