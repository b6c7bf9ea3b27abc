/// The events that wait for the reader of one subscription.
///
/// Pure, no locks. Bounded in events and bytes; what is dropped leaves a gap in its place, which is always the head.
struct SubscriptionBuffer {
    /// What a waiting message takes beside its bytes: the arrays and texts around them.
    static let overheadBytes = 64

    private let limits: RedisSubscriptionLimits
    private var events = FIFO<RedisSubscriptionEvent>()
    private var bytes = 0
    private var lastIsReconnection = false
    /// Messages dropped before the first waiting event.
    private var droppedAtHead = 0
    /// Whether a `.reconnected` was dropped there too.
    private var reconnectedAtHead = false

    init(limits: RedisSubscriptionLimits) {
        self.limits = limits
    }

    /// What gave way to an event.
    struct Loss: Equatable {
        /// How many messages.
        var dropped = 0
        /// Whether the reader will learn of it, or of a reconnection, by an event of its own.
        var isNewGap = false
    }

    /// Adds an event; returns what gave way to it.
    mutating func push(_ event: RedisSubscriptionEvent) -> Loss {
        let isReconnection = event == .gap(.reconnected)
        // Two in a row say no more than one.
        if isReconnection && self.lastIsReconnection && !self.events.isEmpty { return Loss() }
        self.lastIsReconnection = isReconnection
        self.events.append(event)
        self.bytes += Self.size(of: event)
        let before = self.droppedAtHead
        while self.events.count > 1,
            self.events.count > self.limits.bufferedMessagesMax || self.bytes > self.limits.bufferedBytesMax
        {
            self.dropFirst()
        }
        let dropped = self.droppedAtHead - before
        return Loss(dropped: dropped, isNewGap: isReconnection || (before == 0 && dropped > 0))
    }

    /// Takes the next event out.
    mutating func pop() -> RedisSubscriptionEvent? {
        if self.droppedAtHead > 0 {
            defer { self.droppedAtHead = 0 }
            return .gap(.bufferFull(dropped: self.droppedAtHead))
        }
        if self.reconnectedAtHead {
            self.reconnectedAtHead = false
            return .gap(.reconnected)
        }
        guard let event = self.events.popFirst() else { return nil }
        self.bytes -= Self.size(of: event)
        return event
    }

    /// Forgets everything.
    mutating func removeAll() {
        self = SubscriptionBuffer(limits: self.limits)
    }

    private mutating func dropFirst() {
        guard let event = self.events.popFirst() else { return }
        self.bytes -= Self.size(of: event)
        switch event {
        case .message: self.droppedAtHead += 1
        case .gap: self.reconnectedAtHead = true
        }
    }

    private static func size(of event: RedisSubscriptionEvent) -> Int {
        guard case .message(let channel, let pattern, let payload) = event else { return 0 }
        return payload.count + channel.utf8.count + (pattern?.utf8.count ?? 0) + Self.overheadBytes
    }
}
