import Synchronization

/// Where the thread of the connection and the reader of one subscription meet.
///
/// Holds the task that waits for the subscription to stand, later the one that waits for the next event, and resumes each
/// exactly once, outside of the lock.
final class SubscriptionReader: Sendable {
    typealias Establishment = CheckedContinuation<Result<Void, RedisError>, Never>
    typealias NextEvent = Result<RedisSubscriptionEvent?, RedisError>
    private typealias NextEventWaiter = CheckedContinuation<NextEvent, Never>

    private enum Phase {
        /// The server has not confirmed everything yet.
        case joining(Establishment?)
        case open
        /// There will be no further events; the error is thrown once.
        case ended(RedisError?)
    }

    private struct State {
        var phase = Phase.joining(nil)
        var buffer: SubscriptionBuffer
        var waiter: (ticket: Int, continuation: NextEventWaiter)?
        var ticketLast = 0
        var droppedCount = 0

        /// What the reader gets without waiting.
        mutating func take() -> NextEvent? {
            if let event = self.buffer.pop() { return .success(event) }
            guard case .ended(let error) = self.phase else { return nil }
            self.phase = .ended(nil)
            return error.map { .failure($0) } ?? .success(nil)
        }
    }

    private let state: Mutex<State>
    private let noteLoss: @Sendable (SubscriptionBuffer.Loss) -> Void

    /// - Parameters:
    ///   - limits: how much is kept for a slow reader.
    ///   - noteLoss: is told of each gap and of each message that was dropped here.
    init(
        limits: RedisSubscriptionLimits,
        noteLoss: @escaping @Sendable (SubscriptionBuffer.Loss) -> Void = { _ in }
    ) {
        self.noteLoss = noteLoss
        self.state = Mutex(State(buffer: SubscriptionBuffer(limits: limits)))
    }

    /// Messages dropped so far because the reader was too slow.
    var droppedCount: Int { self.state.withLock { $0.droppedCount } }

    // MARK: - Connection

    /// The server has confirmed everything.
    func established() {
        let waiter = self.state.withLock { state -> Establishment? in
            guard case .joining(let waiter) = state.phase else { return nil }
            state.phase = .open
            return waiter
        }
        waiter?.resume(returning: .success(()))
    }

    /// An event has come.
    func deliver(_ event: RedisSubscriptionEvent) {
        typealias Delivery = (resumption: (NextEventWaiter, NextEvent)?, loss: SubscriptionBuffer.Loss)
        let (resumption, loss) = self.state.withLock { state -> Delivery in
            if case .ended = state.phase { return (nil, .init()) }
            let loss = state.buffer.push(event)
            state.droppedCount += loss.dropped
            guard let waiter = state.waiter, let next = state.take() else { return (nil, loss) }
            state.waiter = nil
            return ((waiter.continuation, next), loss)
        }
        if loss != .init() { self.noteLoss(loss) }
        if let (waiter, event) = resumption { waiter.resume(returning: event) }
    }

    /// Ends the subscription: with `error` after the events that wait, or without one at once.
    ///
    /// Does nothing when it has ended.
    func end(_ error: RedisError?) {
        let (establishment, resumption) = self.state.withLock { state in
            var establishment: Establishment?
            switch state.phase {
            case .joining(let waiter): establishment = waiter
            case .open: break
            case .ended: return (nil as Establishment?, nil as (NextEventWaiter, NextEvent)?)
            }
            state.phase = .ended(error)
            if error == nil { state.buffer.removeAll() }
            guard let waiter = state.waiter, let next = state.take() else { return (establishment, nil) }
            state.waiter = nil
            return (establishment, (waiter.continuation, next))
        }
        establishment?.resume(returning: .failure(error ?? Self.cancelled))
        if let (waiter, next) = resumption { waiter.resume(returning: next) }
    }

    // MARK: - Reader

    /// Waits until the server has confirmed everything; called once.
    func waitUntilEstablished() async -> Result<Void, RedisError> {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: Establishment) in
                let result = self.state.withLock { state -> Result<Void, RedisError>? in
                    switch state.phase {
                    case .joining:
                        state.phase = .joining(continuation)
                        return nil
                    case .open: return .success(())
                    case .ended(let error): return .failure(error ?? Self.cancelled)
                    }
                }
                if let result { continuation.resume(returning: result) }
            }
        } onCancel: {
            self.endJoining(Self.cancelled)
        }
    }

    /// Ends the wait for the confirmations, unless it has ended.
    func endJoining(_ error: RedisError) {
        let waiter = self.state.withLock { state -> Establishment? in
            guard case .joining(let waiter) = state.phase else { return nil }
            state.phase = .ended(error)
            return waiter
        }
        waiter?.resume(returning: .failure(error))
    }

    /// Waits for the next event; `nil` after the end.
    ///
    /// A cancelled wait loses no event.
    func next() async throws(RedisError) -> RedisSubscriptionEvent? {
        let (event, ticket) = self.state.withLock { state in
            state.ticketLast += 1
            return (state.waiter == nil ? state.take() : nil, state.ticketLast)
        }
        if let event { return try event.get() }
        let next = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: NextEventWaiter) in
                if let next = self.register(ticket, continuation) { continuation.resume(returning: next) }
            }
        } onCancel: {
            self.cancelWait(ticket)
        }
        return try next.get()
    }

    /// What there is by now, if the task need not wait.
    private func register(_ ticket: Int, _ continuation: NextEventWaiter) -> NextEvent? {
        self.state.withLock { state in
            guard state.waiter == nil else {
                return .failure(RedisError(.invalidArgument, "a subscription has one reader at a time"))
            }
            if let next = state.take() { return next }
            // Were the task cancelled after this, `cancelWait` would find the waiter, as it needs the same lock.
            if Task.isCancelled { return .failure(Self.cancelled) }
            state.waiter = (ticket, continuation)
            return nil
        }
    }

    private func cancelWait(_ ticket: Int) {
        let waiter = self.state.withLock { state -> NextEventWaiter? in
            guard let waiter = state.waiter, waiter.ticket == ticket else { return nil }
            state.waiter = nil
            return waiter.continuation
        }
        waiter?.resume(returning: .failure(Self.cancelled))
    }

    private static let cancelled = RedisError(.cancelled, "the waiting task was cancelled")
}

extension SubscriptionReader: Hashable {
    static func == (left: SubscriptionReader, right: SubscriptionReader) -> Bool { left === right }

    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
