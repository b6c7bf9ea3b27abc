import Synchronization

@testable import Redis

/// A link to a `SubscriberServer` that answers at once, on one thread at a time as a connection does.
final class SubscriberLinkDouble: SubscriberLink {
    private struct State {
        var server = SubscriberServer()
        var isUp = false
        var isPumping = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let handler: WeakHandler

    private struct WeakHandler: Sendable {
        weak let handler: (any SubscriberHandler)?
    }

    init(_ handler: any SubscriberHandler, forbidden: Set<SubscriptionTopic> = []) {
        self.handler = WeakHandler(handler: handler)
        self.state.withLock { $0.server.forbidden = forbidden }
    }

    var isClosed: Bool { self.state.withLock { $0.isClosed } }
    var subscribed: Set<SubscriptionTopic> { self.state.withLock { $0.server.subscribed } }
    var commandCount: Int { self.state.withLock { $0.server.commandCount } }

    func send(_ commands: [RawCommand]) {
        self.state.withLock { state in
            if state.isUp { state.server.send(commands) }
        }
        self.pump()
    }

    func close() {
        self.state.withLock { $0.isClosed = true }
    }

    func connect() {
        let commands = self.handler.handler?.connected() ?? []
        self.state.withLock { state in
            state.isUp = true
            state.server.send(commands)
        }
        self.pump()
    }

    func cut(_ error: RedisError = RedisError(.connectionLost, "cut")) {
        self.state.withLock { state in
            state.isUp = false
            state.server.cut()
        }
        self.handler.handler?.disconnected(error)
    }

    func publish(_ payload: String, on channel: String) {
        self.state.withLock { $0.server.publish(payload, on: channel) }
        self.pump()
    }

    /// Processes and delivers until nothing is left, unless some thread is at it, which then does this too.
    private func pump() {
        guard
            self.state.withLock({ state in
                !state.isPumping
                    && {
                        state.isPumping = true
                        return true
                    }()
            })
        else { return }
        while true {
            let push = self.state.withLock { state in
                state.server.processAll()
                let push = state.server.takePush()
                if push == nil { state.isPumping = false }
                return push
            }
            guard let push else { return }
            self.handler.handler?.received(push)
        }
    }
}
