/// One direction of one connection: what was read and waits for delivery.
///
/// No input or output and no clock: the proxy's thread passes the time.
struct FaultLane {
    typealias Instant = ContinuousClock.Instant

    /// What is to be done now.
    enum Step: Equatable {
        /// Send these bytes, then call `sent`.
        case send(ArraySlice<UInt8>)
        /// The stream has ended and all of it is delivered: tell the receiver.
        case end
        /// Nothing before this instant; `nil` until bytes or other rules arrive.
        case wait(until: Instant?)
    }

    private struct Piece {
        let bytes: [UInt8]
        let arrival: Instant
    }

    /// Bytes that are held at the most; a full lane is not read into, as a full socket buffer.
    static let bytesMax = 1_048_576
    /// Between two pieces of a chopped stream.
    static let pieceGap = Duration.milliseconds(1)

    private var pieces: [Piece] = []
    /// The first piece that is not delivered, and how much of it is.
    private var head = 0
    private var offset = 0
    private(set) var waitingBytes = 0
    private var endArrival: Instant?
    private var hasToldEnd = false

    private var earliest: Instant?
    private var credit = 0.0
    private var creditInstant: Instant?
    private var generator: SeededGenerator?
    private var generatorSeed: UInt64?
    private let salt: UInt64

    /// A lane without bytes; `salt` makes the damage differ between lanes.
    init(salt: UInt64) {
        self.salt = salt
    }

    /// Whether more may be read from the sender.
    var mayReceive: Bool {
        self.endArrival == nil && self.waitingBytes < Self.bytesMax
    }

    /// Whether something is left to deliver.
    var hasWork: Bool { self.waitingBytes > 0 || (self.endArrival != nil && !self.hasToldEnd) }

    /// Whether the end was delivered.
    var isFinished: Bool { self.hasToldEnd }

    /// Takes what was read.
    mutating func received(_ bytes: [UInt8], rules: FaultRules, now: Instant) {
        guard !bytes.isEmpty else { return }
        self.pieces.append(Piece(bytes: self.damaged(bytes, rules.corruption), arrival: now))
        self.waitingBytes += bytes.count
    }

    /// Takes the end of the stream.
    mutating func receivedEnd(now: Instant) {
        self.endArrival = self.endArrival ?? now
    }

    /// Ends the lane at once; what waits is dropped.
    mutating func finish(now: Instant) {
        self.receivedEnd(now: now)
        self.pieces = []
        self.head = 0
        self.offset = 0
        self.waitingBytes = 0
        self.hasToldEnd = true
    }

    /// What is to be done now under `rules`.
    mutating func step(rules: FaultRules, now: Instant) -> Step {
        guard !rules.isStalled, !self.hasToldEnd else { return .wait(until: nil) }
        guard self.head < self.pieces.count else { return self.endStep(rules: rules, now: now) }
        let piece = self.pieces[self.head]
        var due = piece.arrival.advanced(by: rules.delay)
        if rules.pieceBytes != nil, let earliest = self.earliest { due = max(due, earliest) }
        if due > now { return .wait(until: due) }
        var count = piece.bytes.count - self.offset
        if let size = rules.pieceBytes { count = min(count, size) }
        if let rate = rules.bytesPerSecond {
            let credit = self.refill(rate: Double(rate), now: now)
            // Portions of 5 ms at least, so that a high rate does not mean a wake-up for each byte.
            let portion = min(Double(count), max(1, Double(rate) / 200))
            guard credit >= portion else {
                return .wait(until: now.advanced(by: .seconds((portion - credit) / Double(rate))))
            }
            count = min(count, Int(credit))
        }
        return .send(piece.bytes[self.offset..<self.offset + count])
    }

    /// `count` bytes of the last `.send` are delivered.
    mutating func sent(_ count: Int, rules: FaultRules, now: Instant) {
        guard count > 0, self.head < self.pieces.count else { return }
        self.waitingBytes -= count
        self.offset += count
        self.earliest = now.advanced(by: Self.pieceGap)
        if rules.bytesPerSecond != nil { self.credit -= Double(count) }
        guard self.offset >= self.pieces[self.head].bytes.count else { return }
        self.offset = 0
        self.head += 1
        guard self.head == self.pieces.count || self.head >= 64 else { return }
        self.pieces.removeFirst(self.head)
        self.head = 0
    }

    private mutating func endStep(rules: FaultRules, now: Instant) -> Step {
        guard let end = self.endArrival else { return .wait(until: nil) }
        let due = end.advanced(by: rules.delay)
        guard due <= now else { return .wait(until: due) }
        self.hasToldEnd = true
        return .end
    }

    private mutating func refill(rate: Double, now: Instant) -> Double {
        let elapsed = self.creditInstant.map { $0.duration(to: now) } ?? .zero
        self.creditInstant = now
        // What was not used is kept for 50 ms.
        self.credit = min(max(1, rate / 20), self.credit + rate * (elapsed / .seconds(1)))
        return self.credit
    }

    private mutating func damaged(_ bytes: [UInt8], _ corruption: FaultRules.Corruption?) -> [UInt8] {
        guard let corruption else { return bytes }
        var random = self.generator ?? SeededGenerator(seed: corruption.seed ^ self.salt)
        if self.generatorSeed != corruption.seed { random = SeededGenerator(seed: corruption.seed ^ self.salt) }
        var bytes = bytes
        for index in bytes.indices where Double.random(in: 0..<1, using: &random) < corruption.probability {
            bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        }
        self.generator = random
        self.generatorSeed = corruption.seed
        return bytes
    }
}
