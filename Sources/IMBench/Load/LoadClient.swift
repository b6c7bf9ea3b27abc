import NIOCore
import NIOPosix
import ServerRuntime

/// A user of the load: sends, counts what comes, and comes back when its connection breaks.
///
/// Bound to the event loop of its `LoadLoop`.
final class LoadClient {
    let index: Int
    private unowned let loop: LoadLoop
    private let peer: LoadPeer
    private var frame: SendFrame?
    private var handler: LoadHandler?
    private var output = ByteBuffer()
    private(set) var unanswered = Unanswered()
    private var lastNumber: UInt32 = 0
    private var lastSeq: Int64 = 0
    private var lastWrite: Int64 = 0
    private var session: UInt32 = 0
    private var sessionBegin: Int64 = 0
    private var failures = 0
    /// Tells who waits for the first admission.
    private var firstAdmission: EventLoopPromise<Void>?

    /// - Parameters:
    ///   - peer: who it is.
    ///   - frame: what it sends; nil: it only receives.
    ///   - loop: where it lives.
    init(_ peer: LoadPeer, frame: SendFrame?, loop: LoadLoop) {
        self.index = peer.index
        self.peer = peer
        self.frame = frame
        self.loop = loop
    }

    var isOpen: Bool { self.handler != nil }
    var isSender: Bool { self.frame != nil }

    /// Connects for the first time; the future succeeds when the gateway has admitted the user.
    func start() -> EventLoopFuture<Void> {
        let promise = self.loop.eventLoop.makePromise(of: Void.self)
        self.firstAdmission = promise
        self.connect()
        return promise.futureResult
    }

    private func connect() {
        let gateways = self.loop.plan.gateways
        let gateway = gateways[(self.index + self.failures) % gateways.count]
        let handler = LoadHandler(client: self, request: self.peer.request(gateway, self.loop.plan.compression))
        let bound = NIOLoopBound(handler, eventLoop: self.loop.eventLoop)
        let client = NIOLoopBound(self, eventLoop: self.loop.eventLoop)
        self.loop.bootstrap
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(bound.value) }
            }
            .connect(host: gateway.host, port: gateway.port)
            .whenFailure { client.value.ended("\($0)", handler: bound.value) }
    }

    /// The gateway took the connection; what had no answer goes out again as it was.
    func admitted(_ handler: LoadHandler) {
        let now = MonotonicTime.now()
        self.handler = handler
        self.session += 1
        self.sessionBegin = now
        self.lastWrite = now
        self.failures = 0
        self.firstAdmission?.succeed()
        self.firstAdmission = nil
        self.sendAgain(now)
        self.loop.admitted(self, now)
        self.flush()
    }

    /// The connection is over, or could not be made.
    func ended(_ reason: String, handler: LoadHandler) {
        let wasOpen = self.handler === handler
        guard wasOpen || self.handler == nil else { return }
        self.handler = nil
        self.failures += 1
        self.output.clear()
        if wasOpen { self.logSession(end: MonotonicTime.now()) }
        self.unanswered.updateAll { $0.underWaySince = 0 }
        guard self.loop.lost(reason, wasOpen: wasOpen) else {
            self.firstAdmission?.fail(LoadFailure("\(self.peer.userID): \(reason)"))
            self.firstAdmission = nil
            return
        }
        // 50 ms, doubling up to 1.6 s: a recovered server is found soon.
        let delay = TimeAmount.milliseconds(50 << Int64(min(self.failures - 1, 5)))
        self.loop.eventLoop.assumeIsolated().scheduleTask(in: delay) {
            if !self.loop.isEnded { self.connect() }
        }
    }

    /// Makes the next message, due at `due`, and sends it when the connection is open.
    func send(due: Int64, _ now: Int64) {
        guard self.unanswered.count < LoadPlan.unansweredMax else {
            self.loop.counts.skipped += 1
            return
        }
        self.lastNumber += 1
        let message = Unanswered.Message(
            number: self.lastNumber,
            due: due,
            createTime: self.loop.wallClock.milliseconds
        )
        self.unanswered.append(message)
        if self.isOpen { self.transmit(self.lastNumber, now) }
    }

    private func transmit(_ number: UInt32, _ now: Int64) {
        var copy: Unanswered.Message?
        self.unanswered.update(number) { message in
            message.tries += 1
            message.underWaySince = now
            if message.sentAt == 0 {
                message.sentAt = now
                self.loop.sentFirst(due: message.due, now)
            } else {
                self.loop.counts.resent += 1
            }
            copy = message
        }
        guard let message = copy else { return }
        let tag = MessageTag(
            run: self.loop.run,
            sender: UInt32(truncatingIfNeeded: self.index),
            number: number,
            due: message.due
        )
        do {
            try self.frame?.append(
                tag,
                createTime: message.createTime,
                deflater: self.loop.deflater,
                scratch: &self.loop.scratch,
                to: &self.output
            )
        } catch {
            self.handler?.fail("compression: \(error)")
        }
    }

    /// Sends what is not under way.
    private func sendAgain(_ now: Int64) {
        let numbers = self.unanswered.all.filter { $0.underWaySince == 0 }.map(\.number)
        for number in numbers { self.transmit(number, now) }
    }

    /// Writes what was sent since the last call.
    func flush() {
        guard let handler = self.handler, self.output.readableBytes > 0 else { return }
        handler.write(self.output)
        // The channel keeps the old one until the socket has taken it.
        self.output = ByteBuffer()
        self.lastWrite = MonotonicTime.now()
    }

    /// Looks after what no event wakes: answers that do not come, tries after an error, and heartbeats.
    func keepHouse(_ now: Int64) {
        guard let handler = self.handler else { return }
        if let oldest = self.unanswered.first, oldest.underWaySince > 0,
            now - oldest.underWaySince > self.loop.answerTimeout
        {
            self.loop.counts.errors[LoadLoop.noAnswer, default: 0] += 1
            return handler.fail("no answer in time")
        }
        self.sendAgain(now)
        if now - self.lastWrite > LoadLoop.pingInterval { SendFrame.appendPing(to: &self.output) }
        self.flush()
    }

    /// A binary frame from the server.
    func received(_ payload: ByteBuffer, at now: Int64) throws {
        guard let inflater = self.loop.inflater else {
            return try payload.withUnsafeReadableBytes { try self.read($0, now) }
        }
        self.loop.inflated.clear()
        try payload.withUnsafeReadableBytes {
            try inflater.decompress($0, limitBytes: LoadLoop.frameBytesMax, into: &self.loop.inflated)
        }
        try self.loop.inflated.withUnsafeReadableBytes { try self.read($0, now) }
    }

    private func read(_ bytes: UnsafeRawBufferPointer, _ now: Int64) throws {
        let response = try ResponseScan(bytes)
        switch response.identifier {
        case LoadLoop.push:
            try PushScan.messages(bytes, response.data) { self.pushed($0, bytes, now) }
        case LoadLoop.sendMessage:
            let increment = UnsafeRawBufferPointer(rebasing: bytes[response.increment])
            if let number = SendFrame.number(of: increment) { self.answered(number, response.errorCode, now) }
        case LoadLoop.kick:
            self.handler?.fail("thrown out by another login")
        default: break
        }
    }

    private func pushed(_ item: PushScan.Item, _ bytes: UnsafeRawBufferPointer, _ now: Int64) {
        let id = UnsafeRawBufferPointer(rebasing: bytes[item.clientMsgID])
        guard let tag = MessageTag(id), tag.run == self.loop.run else {
            self.loop.counts.foreign += 1
            return
        }
        let isRepeated = item.seq <= self.lastSeq
        self.lastSeq = max(self.lastSeq, item.seq)
        let isOwn = Int(tag.sender) == self.index
        self.loop.delivered(due: tag.due, isOwn: isOwn, isRepeated: isRepeated, now)
        self.loop.logs?.received.append(
            ReceivedRecord(
                receiver: UInt32(truncatingIfNeeded: self.index),
                session: self.session,
                sender: tag.sender,
                number: tag.number,
                seq: item.seq,
                receivedAt: now
            )
        )
    }

    private func answered(_ number: UInt32, _ code: Int32, _ now: Int64) {
        if code != 0 {
            self.loop.counts.errors[code, default: 0] += 1
            // An error of the server itself passes; the message is sent again as a person would.
            if self.loop.plan.reconnects, code == LoadLoop.serverError {
                return self.unanswered.update(number) { $0.underWaySince = 0 }
            }
        }
        guard let message = self.unanswered.remove(number) else { return }
        self.log(message, answeredAt: now, code: code)
        self.loop.answered(self, due: message.due, code: code, now)
    }

    /// Writes down what is left at the end of the run, and closes the connection.
    func finish() {
        for message in self.unanswered.all where message.sentAt > 0 { self.log(message, answeredAt: 0, code: 0) }
        if self.isOpen { self.logSession(end: 0) }
        self.handler?.fail("the end")
        self.handler = nil
    }

    private func log(_ message: Unanswered.Message, answeredAt: Int64, code: Int32) {
        self.loop.logs?.sent.append(
            SentRecord(
                sender: UInt32(truncatingIfNeeded: self.index),
                number: message.number,
                sentAt: message.sentAt,
                answeredAt: answeredAt,
                code: code,
                tries: message.tries
            )
        )
    }

    private func logSession(end: Int64) {
        self.loop.logs?.sessions.append(
            SessionRecord(
                client: UInt32(truncatingIfNeeded: self.index),
                session: self.session,
                begin: self.sessionBegin,
                end: end
            )
        )
    }
}
