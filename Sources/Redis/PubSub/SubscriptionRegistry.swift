/// Who subscribed to what, and how far the server knows of it.
///
/// Pure, no I/O. All readers share one connection in subscriber mode: the first reader of a topic makes it subscribe,
/// the last one that leaves makes it unsubscribe. The owner carries the returned effects out after it has released its
/// lock: first `commands` are sent, in the order of the calls, then `notices` handed over.
///
/// At most one command for a topic is under way; what readers want by the time it is confirmed decides about the next.
/// So readers that come and go quickly cost no commands, and neither a lost confirmation nor one that nobody asked for
/// (a shard channel that moved to another node) can leave the server in a state that the readers do not want.
struct SubscriptionRegistry<Reader: Hashable & Sendable> {
    /// Something for a reader to know.
    enum Notice: Sendable {
        /// All topics of the reader are confirmed for the first time.
        case established(Reader)
        case event(RedisSubscriptionEvent, Set<Reader>)
        /// The reader has been removed.
        case ended(Reader, RedisError)
    }

    /// What follows from something that happened.
    struct Effects: Sendable {
        var commands: [RawCommand] = []
        var notices: [Notice] = []
    }

    /// Bounds of all readers together.
    struct Limits: Sendable {
        /// Readers; one more is refused.
        var readersMax = 16_384
        /// Topics, each counted once, whatever the number of its readers; one more is refused.
        var topicsMax = 65_536
    }

    enum Connection: Sendable {
        /// Holds why, if there was a connection or a try before.
        case down(RedisError?)
        case up
        /// The server does not let us in: readers are refused until it does.
        case refused(RedisError)
        case closed
    }

    /// What the server does about a topic on this connection.
    enum TopicPhase: Sendable {
        case absent
        case subscribing
        case subscribed
        case unsubscribing
    }

    struct Topic: Sendable {
        var phase = TopicPhase.absent
        var readers: Set<Reader> = []
    }

    /// Whether a reader must be told that messages may be missing.
    enum Gap: Sendable {
        case none
        case owed
        /// Told before a message; to be told again once all topics stand.
        case toldEarly
    }

    struct Member: Sendable {
        let topics: Set<SubscriptionTopic>
        /// Topics that the server does not send at present.
        var missing: Int
        var isEstablished = false
        var gap = Gap.none
    }

    /// A command that was sent, and the names in it that are not confirmed yet.
    struct Batch: Sendable {
        let kind: SubscriptionTopic.Kind
        let subscribes: Bool
        let names: [[UInt8]]
        var position = 0

        /// Whether this confirmation is the next one to come.
        func expects(_ topic: SubscriptionTopic, subscribed: Bool) -> Bool {
            self.kind == topic.kind && self.subscribes == subscribed && self.position < self.names.count
                && self.names[self.position] == topic.name
        }
    }

    let limits: Limits
    var connection = Connection.down(nil)
    var topics: [SubscriptionTopic: Topic] = [:]
    var members: [Reader: Member] = [:]
    /// The commands under way, in the order in which the server answers them.
    var inFlight = FIFO<Batch>()
    /// Members whose `gap` is not `.none`, and members that are not established: with neither, a message needs no look
    /// at its readers.
    var gapCount = 0
    var joiningCount = 0

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Why there is no connection, as far as is known.
    var lossReason: RedisError? {
        guard case .down(let error) = self.connection else { return nil }
        return error
    }

    var isUp: Bool {
        guard case .up = self.connection else { return false }
        return true
    }

    // MARK: - Readers

    /// Adds a reader, which must be new; it is established once all its topics are confirmed.
    ///
    /// - Throws: `.closed`, the refusal of the server, `.queueFull`, or `.invalidArgument` without topics.
    mutating func join(_ reader: Reader, topics wanted: Set<SubscriptionTopic>) throws(RedisError) -> Effects {
        switch self.connection {
        case .closed: throw Self.closed
        case .refused(let error): throw error
        case .up, .down: break
        }
        guard !wanted.isEmpty else { throw RedisError(.invalidArgument, "a subscription needs a channel or a pattern") }
        guard self.members.count < self.limits.readersMax else {
            throw RedisError(.queueFull, "there are \(self.members.count) subscriptions already")
        }
        let fresh = wanted.count { self.topics[$0] == nil }
        guard self.topics.count + fresh <= self.limits.topicsMax else {
            throw RedisError(.queueFull, "\(self.topics.count) channels and patterns are subscribed to already")
        }
        var missing = 0
        for topic in wanted {
            let entry = self.topics[topic]
            if entry?.phase != .subscribed { missing += 1 }
            self.topics[topic, default: Topic()].readers.insert(reader)
        }
        self.members[reader] = Member(topics: wanted, missing: missing)
        self.joiningCount += 1
        var effects = Effects()
        effects.commands = self.reconcile(wanted)
        self.establishIfComplete(reader, &effects)
        return effects
    }

    /// Removes a reader; does nothing if there is no such reader.
    mutating func leave(_ reader: Reader) -> Effects {
        var effects = Effects()
        guard let topics = self.remove(reader) else { return effects }
        effects.commands = self.reconcile(topics)
        return effects
    }

    /// Ends all readers; there will be no others.
    mutating func close() -> Effects {
        let effects = self.endAll(Self.closed)
        self.connection = .closed
        self.topics = [:]
        self.inFlight = FIFO()
        return effects
    }

    // MARK: - Keeping the books

    /// Ends all readers with `error`.
    mutating func endAll(_ error: RedisError) -> Effects {
        var effects = Effects()
        for reader in Array(self.members.keys) {
            _ = self.remove(reader)
            effects.notices.append(.ended(reader, error))
        }
        return effects
    }

    /// Takes a reader out of its topics, and returns those.
    mutating func remove(_ reader: Reader) -> Set<SubscriptionTopic>? {
        guard let member = self.members.removeValue(forKey: reader) else { return nil }
        if member.gap != .none { self.gapCount -= 1 }
        if !member.isEstablished { self.joiningCount -= 1 }
        for topic in member.topics { self.topics[topic]?.readers.remove(reader) }
        return member.topics
    }

    /// The commands that bring the server nearer to what readers want of `topics`; forgets topics that need none.
    mutating func reconcile(_ topics: some Sequence<SubscriptionTopic>) -> [RawCommand] {
        var wanted: [SubscriptionTopic.Kind: [[UInt8]]] = [:]
        var unwanted: [SubscriptionTopic.Kind: [[UInt8]]] = [:]
        for topic in topics {
            guard let entry = self.topics[topic] else { continue }
            switch (entry.phase, entry.readers.isEmpty) {
            case (.absent, true):
                self.topics[topic] = nil
            case (.absent, false) where self.isUp:
                self.topics[topic]?.phase = .subscribing
                wanted[topic.kind, default: []].append(topic.name)
            case (.subscribed, true):
                self.topics[topic]?.phase = .unsubscribing
                unwanted[topic.kind, default: []].append(topic.name)
            case (.absent, false), (.subscribed, false), (.subscribing, _), (.unsubscribing, _):
                break
            }
        }
        var commands: [RawCommand] = []
        for kind in SubscriptionTopic.Kind.allCases {
            commands += self.commands(kind, subscribes: false, unwanted[kind] ?? [], kind.namesPerCommandMax)
            commands += self.commands(kind, subscribes: true, wanted[kind] ?? [], kind.namesPerCommandMax)
        }
        return commands
    }

    /// The commands for `names`, which are awaited from now on.
    mutating func commands(
        _ kind: SubscriptionTopic.Kind,
        subscribes: Bool,
        _ names: [[UInt8]],
        _ namesPerCommandMax: Int
    ) -> [RawCommand] {
        stride(from: 0, to: names.count, by: namesPerCommandMax).map { start in
            let part = Array(names[start..<min(start + namesPerCommandMax, names.count)])
            self.inFlight.append(Batch(kind: kind, subscribes: subscribes, names: part))
            return RawCommand(kind.commandName(subscribes: subscribes), part.map(RedisArgument.bytes))
        }
    }

    /// Tells a reader, of whose topics none is missing, that it stands, or stands again.
    mutating func establishIfComplete(_ reader: Reader, _ effects: inout Effects) {
        guard let member = self.members[reader], member.missing == 0 else { return }
        if !member.isEstablished {
            self.members[reader]?.isEstablished = true
            self.joiningCount -= 1
            effects.notices.append(.established(reader))
        } else if member.gap != .none {
            self.members[reader]?.gap = .none
            self.gapCount -= 1
            effects.notices.append(.event(.gap(.reconnected), [reader]))
        }
    }

    /// Notes that a topic of the reader is no longer sent.
    mutating func lose(_ reader: Reader, topicCount: Int) {
        guard var member = self.members[reader] else { return }
        member.missing += topicCount
        if member.isEstablished {
            if member.gap == .none { self.gapCount += 1 }
            member.gap = .owed
        }
        self.members[reader] = member
    }

    static var closed: RedisError { RedisError(.closed, "the client is closed") }
}
