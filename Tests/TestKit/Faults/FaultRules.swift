/// The lasting faults of one direction.
struct FaultRules: Sendable {
    /// Damage to bytes.
    struct Corruption: Sendable {
        let probability: Double
        let seed: UInt64
    }

    var isStalled = false
    var delay = Duration.zero
    var bytesPerSecond: Int?
    var pieceBytes: Int?
    var corruption: Corruption?

    /// Takes over what `fault` says about one direction; faults of connections are not for here.
    mutating func apply(_ fault: FaultProxy.Fault) {
        switch fault {
        case .stall: self.isStalled = true
        case .delay(let duration, _): self.delay = duration
        case .throttle(let rate, _): self.bytesPerSecond = max(1, rate)
        case .chop(let bytes, _): self.pieceBytes = max(1, bytes)
        case .corrupt(let probability, let seed, _):
            self.corruption = Corruption(probability: min(max(0, probability), 1), seed: seed)
        case .cut, .halfClose, .reset, .refuse, .leaveUnaccepted: break
        }
    }
}
