import IMProtocol
import NIOCore
import NIOPosix
import ServerRuntime

/// The part of a load that runs on one event loop: its clients, their pace, and what they count.
final class LoadLoop {
    /// The code under which sends are counted that nobody answered.
    static let noAnswer: Int32 = -1
    /// What a server answers whose own parts fail.
    static let serverError: Int32 = 500
    static let sendMessage = GatewayOperation.sendMessage.rawValue
    static let push = GatewayOperation.push.rawValue
    static let kick = GatewayOperation.kick.rawValue
    /// The most bytes that a frame may decompress to.
    static let frameBytesMax = 64 << 20
    /// Silence after which a client pings, in microseconds: a gateway closes after 30 s.
    static let pingInterval: Int64 = 20_000_000
    private static let houseKeepingInterval = TimeAmount.milliseconds(50)
    /// Messages that one turn of the timer sends at most, so that reading is not kept waiting.
    private static let turnMax = 256

    let eventLoop: any EventLoop
    let plan: LoadPlan
    let run: UInt32
    let bootstrap: ClientBootstrap
    let answerTimeout: Int64
    let wallClock = WallClock.system
    let deflater: GzipDeflater?
    let inflater: GzipInflater?
    let logs: LoadLogs?
    var scratch = ByteBuffer()
    var inflated = ByteBuffer()
    var counts = LoadCounts()

    private(set) var clients: [LoadClient] = []
    private(set) var isEnded = false
    private var senders: [LoadClient] = []
    private var nextSender = 0
    private var isSending = false
    private var schedule: SendSchedule?
    private var messagesLeft = Int.max
    private var measureFrom = Int64.max
    private var measureUntil = Int64.max
    private var houseKeeping: RepeatedTask?

    /// - Parameters:
    ///   - plan: the whole load's.
    ///   - run: the run's number.
    ///   - logs: where everything is written down; nil: nowhere.
    ///   - eventLoop: the loop that this is used on.
    /// - Throws: `GzipError` when there is no memory for compression.
    init(_ plan: LoadPlan, run: UInt32, logs: LoadLogs?, eventLoop: any EventLoop) throws {
        self.plan = plan
        self.run = run
        self.logs = logs
        self.eventLoop = eventLoop
        self.answerTimeout = Int64(plan.answerTimeout / .microseconds(1))
        self.bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(.seconds(10))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 2048, maximum: 65_536)
            )
        switch plan.compression {
        case .gzip: self.deflater = try GzipDeflater(level: 1)
        case .stored: self.deflater = try GzipDeflater(level: 0)
        case .none: self.deflater = nil
        }
        self.inflater = plan.compression == .none ? nil : try GzipInflater()
    }

    /// Adds a client and connects it.
    func add(_ peer: LoadPeer, frame: SendFrame?) -> EventLoopFuture<Void> {
        let client = LoadClient(peer, frame: frame, loop: self)
        self.clients.append(client)
        if client.isSender { self.senders.append(client) }
        return client.start()
    }

    /// Begins to send.
    ///
    /// - Parameters:
    ///   - start: when the first message is due.
    ///   - measureFrom: when the warm-up is over.
    ///   - rate: this loop's share of messages a second; nil: saturation.
    ///   - messagesMax: this loop's share of messages.
    func begin(start: Int64, measureFrom: Int64, rate: Double?, messagesMax: Int) {
        self.isSending = true
        self.measureFrom = measureFrom
        self.messagesLeft = messagesMax
        let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
        self.houseKeeping = self.eventLoop.scheduleRepeatedTask(
            initialDelay: Self.houseKeepingInterval,
            delay: Self.houseKeepingInterval
        ) { _ in bound.value.keepHouse() }
        if let rate, rate > 0 {
            self.schedule = SendSchedule(start: start, rate: rate)
            self.turn()
        } else if rate == nil {
            let now = MonotonicTime.now()
            for client in self.senders where client.isOpen {
                self.fill(client, now)
                client.flush()
            }
        }
    }

    /// Stops sending; answers and deliveries still count as latencies, not for the rates.
    func stop() {
        self.isSending = false
        self.measureUntil = MonotonicTime.now()
    }

    /// Ends all connections and the logs.
    func end() -> [@Sendable () -> String?] {
        self.isEnded = true
        self.houseKeeping?.cancel()
        for client in self.clients { client.finish() }
        return self.logs?.close() ?? []
    }

    /// What was counted so far.
    func snapshot() -> LoadCounts {
        var counts = self.counts
        counts.unanswered = self.senders.reduce(0) { $0 + $1.unanswered.count }
        counts.open = self.clients.reduce(0) { $0 + ($1.isOpen ? 1 : 0) }
        return counts
    }

    /// Whether all messages of a limited number are sent.
    var isSpent: Bool { self.messagesLeft <= 0 }

    // MARK: - What clients report

    func admitted(_ client: LoadClient, _ now: Int64) {
        guard self.isSending, self.schedule == nil else { return }
        self.fill(client, now)
    }

    /// A connection ended; whether the client shall come back.
    func lost(_ reason: String, wasOpen: Bool) -> Bool {
        guard !self.isEnded else { return false }
        if wasOpen { self.counts.reconnects += 1 }
        self.counts.lastFailure = reason
        return self.plan.reconnects && self.isSendingOrSent
    }

    func sentFirst(due: Int64, _ now: Int64) {
        self.counts.sent += 1
        if due >= self.measureFrom { self.counts.lateness.record(now - due) }
    }

    func answered(_ client: LoadClient, due: Int64, code: Int32, _ now: Int64) {
        if code == 0 {
            self.counts.accepted += 1
            if self.isInWindow(now) { self.counts.acceptedInWindow += 1 }
            if due >= self.measureFrom { self.counts.toAnswer.record(now - due) }
        } else {
            self.counts.rejected += 1
        }
        if self.isSending, self.schedule == nil { self.fill(client, now) }
    }

    func delivered(due: Int64, isOwn: Bool, isRepeated: Bool, _ now: Int64) {
        if isRepeated {
            self.counts.repeated += 1
        } else if isOwn {
            self.counts.ownCopies += 1
        } else {
            self.counts.delivered += 1
            if self.isInWindow(now) { self.counts.deliveredInWindow += 1 }
            if due >= self.measureFrom { self.counts.toDelivery.record(now - due) }
        }
    }

    private var isSendingOrSent: Bool { self.measureFrom != Int64.max }

    private func isInWindow(_ now: Int64) -> Bool {
        now >= self.measureFrom && now < self.measureUntil
    }

    // MARK: - Pace

    /// Sends until the client has a full window unanswered.
    private func fill(_ client: LoadClient, _ now: Int64) {
        guard case .saturation(let window) = self.plan.pace, client.isSender else { return }
        while client.unanswered.count < window, self.messagesLeft > 0 {
            self.messagesLeft -= 1
            client.send(due: now, now)
        }
    }

    /// Sends what is due and sleeps until the next message is.
    private func turn() {
        guard self.isSending, self.messagesLeft > 0, !self.senders.isEmpty else { return }
        let now = MonotonicTime.now()
        var count = 0
        while count < Self.turnMax, self.messagesLeft > 0, let due = self.schedule?.take(by: now) {
            let client = self.senders[self.nextSender]
            self.nextSender = (self.nextSender + 1) % self.senders.count
            self.messagesLeft -= 1
            count += 1
            client.send(due: due, now)
            client.flush()
        }
        let wait = max(0, (self.schedule?.nextDue ?? now) - MonotonicTime.now())
        self.eventLoop.assumeIsolated().scheduleTask(in: .microseconds(wait)) { self.turn() }
    }

    private func keepHouse() {
        let now = MonotonicTime.now()
        for client in self.clients { client.keepHouse(now) }
    }
}
