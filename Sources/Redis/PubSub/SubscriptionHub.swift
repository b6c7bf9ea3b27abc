import ServerRuntime
import Synchronization

/// All subscriptions of a client: `SubscriptionRegistry` under a lock, and the connection that they share.
///
/// The connection is made for the first subscription and kept until `close()`. The lock is held for the registry's book
/// keeping only: commands are sent and readers woken after it has been released.
final class SubscriptionHub: Sendable {
    /// Makes the connection, which tells the hub what happens on it; is called once, by the first subscriber.
    typealias LinkFactory = @Sendable (any SubscriberHandler) -> any SubscriberLink

    private typealias Registry = SubscriptionRegistry<SubscriptionReader>

    private enum Link {
        case none
        case beingMade
        case made(any SubscriberLink)
        case closed
    }

    private struct State {
        var registry: Registry
        var link = Link.none
        /// Decided on but not handed to the link yet, in order.
        var outgoing: [RawCommand] = []
        /// Whether some thread hands over at the moment: only one does, so that the order is kept.
        var isSending = false
    }

    private let state: Mutex<State>
    private let makeLink: LinkFactory
    private let noteLoss: @Sendable (SubscriptionBuffer.Loss) -> Void

    /// - Parameters:
    ///   - limits: how many subscriptions and topics there may be.
    ///   - noteLoss: is told of each gap of a subscription, and of the messages that were dropped here.
    ///   - makeLink: makes the connection.
    init(
        limits: SubscriptionRegistry<SubscriptionReader>.Limits = .init(),
        noteLoss: @escaping @Sendable (SubscriptionBuffer.Loss) -> Void = { _ in },
        makeLink: @escaping LinkFactory
    ) {
        self.noteLoss = noteLoss
        self.state = Mutex(State(registry: Registry(limits: limits)))
        self.makeLink = makeLink
    }

    // MARK: - Readers

    /// Subscribes, and returns when the server has confirmed every channel and pattern.
    ///
    /// - Parameters:
    ///   - channels: names of channels; repeated ones count once.
    ///   - patterns: patterns in the server's glob style; repeated ones count once.
    ///   - limits: how much is kept for a slow reader.
    ///   - deadline: when to give up.
    /// - Returns: the subscription.
    /// - Throws: `.deadlineExceeded`, with the reason why there is no connection as cause; `.cancelled`, `.closed`,
    ///   `.queueFull`, `.invalidArgument`; `.handshakeRefused` and `.server` with the words of the server.
    func subscribe(
        channels: [String],
        patterns: [String],
        limits: RedisSubscriptionLimits,
        deadline: Deadline
    ) async throws(RedisError) -> RedisSubscription {
        guard !deadline.hasPassed else {
            throw RedisError(.deadlineExceeded, "the deadline had passed before the call")
        }
        let topics = Set(channels.map(SubscriptionTopic.channel) + patterns.map(SubscriptionTopic.pattern))
        let reader = SubscriptionReader(limits: limits, noteLoss: self.noteLoss)
        let (effects, makesLink) = try self.join(reader, topics).get()
        if makesLink { self.createLink() }
        self.carryOut(effects)
        let result = await self.waitUntilEstablished(reader, deadline)
        // From here on dropping the subscription unsubscribes, also when the wait has failed.
        let subscription = RedisSubscription(channels: channels, patterns: patterns, reader: reader, hub: self)
        try result.get()
        return subscription
    }

    /// Unsubscribes a reader, which is sent nothing more; does nothing if there is no such reader.
    func leave(_ reader: SubscriptionReader) {
        self.carryOut(self.state.withLock { state in Self.note(state.registry.leave(reader), &state) })
    }

    /// Ends all subscriptions, with the error `.closed`, and the connection.
    func close() {
        let (notices, link) = self.state.withLock { state in
            let effects = state.registry.close()
            state.outgoing = []
            defer { state.link = .closed }
            guard case .made(let link) = state.link else { return (effects.notices, nil as (any SubscriberLink)?) }
            return (effects.notices, link)
        }
        link?.close()
        self.carryOut(notices)
    }

    /// Whether the server sends what is subscribed to, as far as is known.
    var isConnected: Bool { self.state.withLock { $0.registry.isUp } }

    private func join(
        _ reader: SubscriptionReader,
        _ topics: Set<SubscriptionTopic>
    ) -> Result<([Registry.Notice], makesLink: Bool), RedisError> {
        self.state.withLock { state in
            do throws(RedisError) {
                let effects = try state.registry.join(reader, topics: topics)
                let notices = Self.note(effects, &state)
                guard case .none = state.link else { return .success((notices, false)) }
                state.link = .beingMade
                return .success((notices, true))
            } catch {
                return .failure(error)
            }
        }
    }

    private func waitUntilEstablished(
        _ reader: SubscriptionReader,
        _ deadline: Deadline
    ) async -> Result<Void, RedisError> {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await Task.sleep(until: deadline.instant, clock: .continuous)
                } catch {
                    // The wait has ended, by success or by cancellation.
                    return
                }
                let reason = self.state.withLock { $0.registry.lossReason }
                let message = "the server did not confirm the subscription in time"
                reader.endJoining(RedisError(.deadlineExceeded, message, cause: reason))
            }
            let result = await reader.waitUntilEstablished()
            group.cancelAll()
            return result
        }
    }

    // MARK: - Effects

    /// Queues the commands; the rest is for after the lock.
    private static func note(_ effects: Registry.Effects, _ state: inout State) -> [Registry.Notice] {
        state.outgoing += effects.commands
        return effects.notices
    }

    private func carryOut(_ notices: [Registry.Notice]) {
        self.sendOutgoing()
        for notice in notices {
            switch notice {
            case .established(let reader): reader.established()
            case .event(let event, let readers): for reader in readers { reader.deliver(event) }
            case .ended(let reader, let error): reader.end(error)
            }
        }
    }

    private func createLink() {
        let link = self.makeLink(self)
        let isClosed = self.state.withLock { state in
            guard case .beingMade = state.link else { return true }
            state.link = .made(link)
            return false
        }
        if isClosed { link.close() }
    }

    /// Hands over what waits, unless another thread is at it and will take this along.
    ///
    /// Should the connection be lost and made anew between the lock and `send`, the next connection gets commands meant
    /// for the last one; the registry puts right what they do.
    private func sendOutgoing() {
        var link = self.state.withLock { state -> (any SubscriberLink)? in
            guard !state.isSending, !state.outgoing.isEmpty, case .made(let link) = state.link else { return nil }
            state.isSending = true
            return link
        }
        while let current = link {
            let commands = self.state.withLock { state in
                defer { state.outgoing = [] }
                if state.outgoing.isEmpty { state.isSending = false }
                return state.outgoing
            }
            if commands.isEmpty { link = nil } else { current.send(commands) }
        }
    }
}

extension SubscriptionHub: SubscriberHandler {
    func connected() -> [RawCommand] {
        self.state.withLock { state in
            // Whatever waits was meant for the connection before.
            state.outgoing = []
            return state.registry.connected()
        }
    }

    func received(_ value: RedisValue) {
        let push = SubscriptionPush(value)
        self.carryOut(self.state.withLock { state in Self.note(state.registry.received(push), &state) })
    }

    func disconnected(_ error: RedisError) {
        self.carryOut(
            self.state.withLock { state in
                state.outgoing = []
                return Self.note(state.registry.disconnected(error), &state)
            }
        )
    }
}
