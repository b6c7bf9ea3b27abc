/// What the connection tells.
extension SubscriptionRegistry {
    /// A connection stands; returns the commands to send before any other.
    mutating func connected() -> [RawCommand] {
        if case .closed = self.connection { return [] }
        self.forgetServer()
        self.connection = .up
        return self.reconcile(Array(self.topics.keys))
    }

    /// The connection was lost, or could not be made.
    ///
    /// Readers wait for the next one, unless the server refused to let us in: then they end.
    mutating func disconnected(_ error: RedisError) -> Effects {
        if case .closed = self.connection { return Effects() }
        self.forgetServer()
        var effects = Effects()
        if error.code == .handshakeRefused {
            effects = self.endAll(error)
            self.connection = .refused(error)
        } else {
            self.connection = .down(error)
        }
        _ = self.reconcile(Array(self.topics.keys))
        return effects
    }

    /// The server sent something.
    mutating func received(_ push: SubscriptionPush) -> Effects {
        guard self.isUp else { return Effects() }
        switch push {
        case .message(let topic, let channel, let payload):
            return self.message(topic, channel: channel, payload: payload)
        case .confirmation(let topic, let subscribed):
            return self.confirmed(topic, subscribed: subscribed)
        case .refusal(let text):
            return self.refused(text)
        case .other:
            return Effects()
        }
    }

    private mutating func message(_ topic: SubscriptionTopic, channel: [UInt8], payload: [UInt8]) -> Effects {
        var effects = Effects()
        guard let readers = self.topics[topic]?.readers, !readers.isEmpty else { return effects }
        var established = readers
        // A reader that still waits for some of its topics has been promised nothing yet.
        if self.joiningCount > 0 {
            established = readers.filter { self.members[$0]?.isEstablished == true }
        }
        if self.gapCount > 0 {
            let untold = established.filter { self.members[$0]?.gap == .owed }
            for reader in untold { self.members[reader]?.gap = .toldEarly }
            if !untold.isEmpty { effects.notices.append(.event(.gap(.reconnected), untold)) }
        }
        guard !established.isEmpty else { return effects }
        let message = RedisSubscriptionEvent.message(
            channel: String(decoding: channel, as: UTF8.self),
            pattern: topic.kind == .pattern ? String(decoding: topic.name, as: UTF8.self) : nil,
            payload: payload
        )
        effects.notices.append(.event(message, established))
        return effects
    }

    private mutating func confirmed(_ topic: SubscriptionTopic, subscribed: Bool) -> Effects {
        let isAwaited = self.inFlight.first?.expects(topic, subscribed: subscribed) ?? false
        if isAwaited {
            self.inFlight.updateFirst { $0.position += 1 }
            if let batch = self.inFlight.first, batch.position >= batch.names.count { _ = self.inFlight.popFirst() }
        }
        var effects = Effects()
        switch (self.topics[topic]?.phase ?? .absent, subscribed) {
        case (.subscribing, true) where isAwaited:
            self.topics[topic]?.phase = .subscribed
            self.gained(topic, &effects)
        case (.unsubscribing, false) where isAwaited:
            self.topics[topic]?.phase = .absent
        case (.absent, true):
            // Nobody asked; it is ended again below.
            self.topics[topic, default: Topic()].phase = .subscribed
            self.gained(topic, &effects)
        case (.subscribed, false):
            // Nobody asked: the server ended it by itself. It is begun again below.
            self.topics[topic]?.phase = .absent
            for reader in self.topics[topic]?.readers ?? [] { self.lose(reader, topicCount: 1) }
        case (.subscribing, _), (.unsubscribing, _), (.subscribed, true), (.absent, false):
            // Nothing new, or something whose successor is under way.
            break
        }
        effects.commands = self.reconcile(CollectionOfOne(topic))
        return effects
    }

    /// The server sends the topic from here on.
    private mutating func gained(_ topic: SubscriptionTopic, _ effects: inout Effects) {
        for reader in self.topics[topic]?.readers ?? [] {
            self.members[reader]?.missing -= 1
            self.establishIfComplete(reader, &effects)
        }
    }

    /// The server refused the oldest command as a whole; its text does not tell which of the names is to blame.
    private mutating func refused(_ text: String) -> Effects {
        var effects = Effects()
        guard let batch = self.inFlight.popFirst() else { return effects }
        let topics = batch.names.dropFirst(batch.position).map { SubscriptionTopic(batch.kind, $0) }
        let phase = batch.subscribes ? TopicPhase.subscribing : .unsubscribing
        for topic in topics where self.topics[topic]?.phase == phase { self.topics[topic]?.phase = .absent }
        if batch.subscribes, topics.count > 1 {
            // Each by itself, so that only the readers of what is refused end.
            let kept = topics.filter { self.topics[$0]?.phase == .absent && self.topics[$0]?.readers.isEmpty == false }
            for topic in kept { self.topics[topic]?.phase = .subscribing }
            effects.commands = self.commands(batch.kind, subscribes: true, kept.map(\.name), 1)
        } else if batch.subscribes, let topic = topics.first {
            var error = RedisError.server(text)
            error.mayHaveBeenApplied = false
            for reader in self.topics[topic]?.readers ?? [] {
                guard let others = self.remove(reader) else { continue }
                effects.notices.append(.ended(reader, error))
                effects.commands += self.reconcile(others)
            }
        }
        effects.commands += self.reconcile(topics)
        return effects
    }

    /// A connection ends: its server knows nothing any more, and owes no confirmation.
    private mutating func forgetServer() {
        self.inFlight = FIFO()
        var losses: [Reader: Int] = [:]
        for (topic, entry) in self.topics where entry.phase != .absent {
            self.topics[topic]?.phase = .absent
            guard entry.phase == .subscribed else { continue }
            for reader in entry.readers { losses[reader, default: 0] += 1 }
        }
        for (reader, count) in losses { self.lose(reader, topicCount: count) }
    }
}
