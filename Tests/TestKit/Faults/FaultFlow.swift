import Glibc

/// One direction of one connection with its sockets; used by the proxy's thread only.
struct FaultFlow {
    typealias Instant = ContinuousClock.Instant

    /// How an attempt to deliver ended.
    enum Outcome {
        /// Nothing more before this instant, or before an event.
        case waits(until: Instant?)
        /// A cut was reached.
        case isCut
        /// The receiver is gone.
        case isBroken
    }

    let direction: FaultProxy.Direction
    let source: Int32
    let target: Int32
    private var lane: FaultLane
    /// The receiver's buffer is full.
    private(set) var wantsToSend = false
    private var cutGeneration = 0
    private var cutRemaining = 0

    init(_ direction: FaultProxy.Direction, from source: Int32, to target: Int32, salt: UInt64) {
        self.direction = direction
        self.source = source
        self.target = target
        self.lane = FaultLane(salt: salt)
    }

    /// Whether the sender is to be polled.
    var mayReceive: Bool { self.lane.mayReceive }
    /// Whether something is left to deliver.
    var hasWork: Bool { self.lane.hasWork }
    /// Whether the receiver has been told of the end.
    var isFinished: Bool { self.lane.isFinished }

    /// Reads what the sender has sent; `false` when the sender was reset.
    mutating func receive(_ control: FaultProxyControl, now: Instant) -> Bool {
        while self.lane.mayReceive {
            let (bytes, number) = self.read()
            if number == EINTR { continue }
            if number == EAGAIN { return true }
            if number != 0 { return false }
            if bytes.isEmpty {
                self.lane.receivedEnd(now: now)
            } else {
                self.lane.received(bytes, rules: control.rules(self.direction), now: now)
            }
        }
        return true
    }

    /// Delivers what may be delivered now.
    mutating func deliver(_ control: FaultProxyControl, now: Instant) -> Outcome {
        self.wantsToSend = false
        while true {
            let rules = control.rules(self.direction)
            switch self.lane.step(rules: rules, now: now) {
            case .wait(let instant): return .waits(until: instant)
            case .end:
                shutdown(self.target, Int32(SHUT_WR))
                return .waits(until: nil)
            case .send(let bytes):
                let cut = self.currentCut(control)
                let passing = cut.map { bytes.prefix($0.remaining) } ?? bytes
                if passing.isEmpty {
                    if let cut { control.spend(0, of: cut.generation) }
                    return .isCut
                }
                let target = self.target
                let count = control.delivering(self.direction) {
                    let count = passing.withUnsafeBytes { send(target, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                    return count < 0 ? -Int(errno) : count
                }
                if count == -Int(EINTR) { continue }
                if count == -Int(EAGAIN) {
                    self.wantsToSend = true
                    return .waits(until: nil)
                }
                guard count > 0 else { return .isBroken }
                self.lane.sent(count, rules: rules, now: now)
                if let cut {
                    self.cutRemaining -= count
                    control.spend(count, of: cut.generation)
                    if count == cut.remaining { return .isCut }
                }
            }
        }
    }

    /// Ends this direction at once.
    mutating func end(now: Instant) {
        self.lane.finish(now: now)
        shutdown(self.target, Int32(SHUT_WR))
        // What the sender still sends goes nowhere.
        shutdown(self.source, Int32(SHUT_RD))
    }

    private func read() -> (bytes: [UInt8], number: Int32) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 65_536) { buffer in
            let count = recv(self.source, buffer.baseAddress, buffer.count, 0)
            return count < 0 ? ([], errno) : (Array(buffer.prefix(count)), 0)
        }
    }

    /// The cut that concerns this flow, with what remains of it here.
    private mutating func currentCut(_ control: FaultProxyControl) -> FaultProxyControl.Cut? {
        guard var cut = control.cut(self.direction) else { return nil }
        guard cut.repeats else { return cut }
        if self.cutGeneration != cut.generation {
            self.cutGeneration = cut.generation
            self.cutRemaining = cut.remaining
        }
        cut.remaining = self.cutRemaining
        return cut
    }
}
