import CPq
import Glibc
import ServerRuntime
import Synchronization

/// One thread with an epoll set that resumes tasks when their socket is ready or their deadline passes.
///
/// Registrations are one-shot: each wait arms its socket once. The descriptors of the set and its wake-up live from
/// `init` to `deinit`.
final class SocketReactor: Sendable {
    private struct Registration {
        let continuation: CheckedContinuation<SocketWait, Never>
        let deadline: Deadline
    }

    private struct State {
        var isStopped = false
        /// After `refuseWaits`: every wait ends at once, the thread still runs.
        var refusesWaits = false
        var nextID: UInt64 = 1
        var registrations: [UInt64: Registration] = [:]
        /// The thread wakes no later than this.
        ///
        /// A lower bound: it is not raised when a registration ends early, which costs one idle wake-up now and then
        /// and saves one for each wait.
        var wakeUp: ContinuousClock.Instant?

        /// Returns true when `instant` is earlier than the wake-up that was planned.
        mutating func lowerWakeUp(to instant: ContinuousClock.Instant) -> Bool {
            if let wakeUp, wakeUp <= instant { return false }
            self.wakeUp = instant
            return true
        }
    }

    private static let wakeUpID: UInt64 = 0
    private let epoll: Int32
    private let event: Int32
    private let state = Mutex(State())

    /// Creates the descriptors.
    init() {
        self.epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        self.event = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        _ = self.arm(self.event, id: Self.wakeUpID, events: EPOLLIN.rawValue)
    }

    deinit {
        close(self.event)
        close(self.epoll)
    }

    /// Waits until `socket` is ready.
    ///
    /// - Parameters:
    ///   - socket: a descriptor that the caller keeps open until this returns.
    ///   - interest: what to wait for.
    ///   - deadline: when to give up.
    ///   - ignoresCancellation: true for clean-up that has to happen in a cancelled task as well.
    /// - Returns: how the wait ended.
    func wait(
        _ socket: Int32,
        for interest: SocketInterest,
        deadline: Deadline,
        ignoresCancellation: Bool = false
    ) async -> SocketWait {
        let id = self.state.withLock { state in
            defer { state.nextID += 1 }
            return state.nextID
        }
        guard !ignoresCancellation else {
            return await withCheckedContinuation { self.register($0, id, socket, interest, deadline) }
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation {
                self.register($0, id, socket, interest, deadline)
                // The handler may have run before there was anything to cancel.
                if Task.isCancelled {
                    self.finish(id, .cancelled)
                }
            }
        } onCancel: {
            self.finish(id, .cancelled)
        }
    }

    /// Makes the thread look at its timers no later than `instant`.
    func wake(by instant: ContinuousClock.Instant) {
        let isEarlier = self.state.withLock { state in state.lowerWakeUp(to: instant) }
        if isEarlier {
            self.signal()
        }
    }

    /// Removes a socket from the set; call it before the socket is closed.
    func forget(_ socket: Int32) {
        var unused = epoll_event()
        epoll_ctl(self.epoll, EPOLL_CTL_DEL, socket, &unused)
    }

    /// Ends every wait, now and later, with `.closed`; the thread goes on for its timers.
    func refuseWaits() {
        let ended = self.state.withLock { state in
            state.refusesWaits = true
            defer { state.registrations.removeAll() }
            return Array(state.registrations.values)
        }
        for registration in ended {
            registration.continuation.resume(returning: .closed)
        }
    }

    /// Ends every wait and lets `runLoop` return.
    func stop() {
        self.refuseWaits()
        self.state.withLock { $0.isStopped = true }
        self.signal()
    }

    /// Serves the set until `stop()`.
    ///
    /// Blocks its thread, so it is run on one of its own.
    ///
    /// - Parameter timers: called on this thread when a deadline is due (see `wake(by:)`) with the current instant;
    ///   returns when it wants to be called next.
    func runLoop(timers: (ContinuousClock.Instant) -> ContinuousClock.Instant?) {
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        while !self.state.withLock({ $0.isStopped }) {
            let count = epoll_wait(self.epoll, &events, Int32(events.count), self.timeoutMilliseconds())
            for event in events.prefix(Int(max(0, count))) {
                if event.data.u64 == Self.wakeUpID {
                    var value: UInt64 = 0
                    _ = read(self.event, &value, 8)
                } else {
                    self.finish(event.data.u64, .ready)
                }
            }
            self.expire(timers)
        }
    }

    private func register(
        _ continuation: CheckedContinuation<SocketWait, Never>,
        _ id: UInt64,
        _ socket: Int32,
        _ interest: SocketInterest,
        _ deadline: Deadline
    ) {
        let (isRefused, isEarlier) = self.state.withLock { state -> (Bool, Bool) in
            if state.isStopped || state.refusesWaits { return (true, false) }
            state.registrations[id] = Registration(continuation: continuation, deadline: deadline)
            return (false, state.lowerWakeUp(to: deadline.instant))
        }
        guard !isRefused else {
            continuation.resume(returning: .closed)
            return
        }
        var events = EPOLLONESHOT.rawValue | EPOLLRDHUP.rawValue
        if interest.contains(.read) { events |= EPOLLIN.rawValue }
        if interest.contains(.write) { events |= EPOLLOUT.rawValue }
        let failure = self.arm(socket, id: id, events: events)
        if failure != 0 {
            self.finish(id, .failed(failure))
        } else if isEarlier {
            self.signal()
        }
    }

    /// Adds the socket to the set or changes its registration; libpq may have closed and replaced it without our
    /// knowledge, so which of the two is tried, not remembered.
    ///
    /// - Returns: 0 or `errno`.
    private func arm(_ socket: Int32, id: UInt64, events: UInt32) -> Int32 {
        var event = epoll_event(events: events, data: epoll_data_t(u64: id))
        if epoll_ctl(self.epoll, EPOLL_CTL_MOD, socket, &event) == 0 { return 0 }
        guard errno == ENOENT else { return errno }
        return epoll_ctl(self.epoll, EPOLL_CTL_ADD, socket, &event) == 0 ? 0 : errno
    }

    /// Resumes the wait `id` if it has not ended yet.
    private func finish(_ id: UInt64, _ result: SocketWait) {
        let registration = self.state.withLock { $0.registrations.removeValue(forKey: id) }
        registration?.continuation.resume(returning: result)
    }

    private func expire(_ timers: (ContinuousClock.Instant) -> ContinuousClock.Instant?) {
        let now = ContinuousClock.now
        let isDue = self.state.withLock { state in
            guard let wakeUp = state.wakeUp, wakeUp <= now else { return false }
            state.wakeUp = nil
            return true
        }
        guard isDue else { return }
        let next = timers(now)
        let expired = self.state.withLock { state in
            let due = state.registrations.filter { $0.value.deadline.instant <= now }
            for id in due.keys {
                state.registrations[id] = nil
            }
            let earliest = state.registrations.values.map(\.deadline.instant).min()
            for instant in [earliest, next].compactMap({ $0 }) {
                _ = state.lowerWakeUp(to: instant)
            }
            return due.values.map(\.continuation)
        }
        for continuation in expired {
            continuation.resume(returning: .timedOut)
        }
    }

    private func timeoutMilliseconds() -> Int32 {
        guard let wakeUp = self.state.withLock({ $0.wakeUp }) else { return -1 }
        return Deadline(wakeUp).remainingMilliseconds
    }

    private func signal() {
        var one: UInt64 = 1
        // Fails only when the counter is full, and then the thread is woken already.
        _ = write(self.event, &one, 8)
    }
}
