/// An instant by which an operation must have ended.
///
/// Deadlines are passed down instead of timeouts, so that retries and layers share one budget. Precise to a nanosecond.
public struct Deadline: Sendable, Hashable, Comparable {
    /// The instant on the continuous clock, in units of 2^29 attoseconds (0.54 ns) since its epoch.
    ///
    /// One machine word: the standard library's instant is a resilient type of 128 bits, which a hot path would copy and
    /// compare through calls. A shift makes the one from the other, and a range of 157 years.
    public let ticks: Int64

    private static let ticksPerShift = 29

    /// The deadline at `instant`.
    public init(_ instant: ContinuousClock.Instant) {
        self.ticks = Self.ticks(ContinuousClock().systemEpoch.duration(to: instant))
    }

    private init(ticks: Int64) {
        self.ticks = ticks
    }

    /// The deadline that lies `duration` from now.
    public static func after(_ duration: Duration) -> Deadline {
        Deadline(.now) + duration
    }

    /// The present instant.
    public static var now: Deadline {
        Deadline(.now)
    }

    /// The instant on the continuous clock.
    public var instant: ContinuousClock.Instant {
        // Up to the next nanosecond, which is the one that the deadline was made from.
        let attoseconds = Int128(self.ticks) << Int128(Self.ticksPerShift)
        let nanoseconds = (attoseconds + 999_999_999) / 1_000_000_000
        return ContinuousClock().systemEpoch.advanced(by: .nanoseconds(Int64(clamping: nanoseconds)))
    }

    /// Whether the instant has been reached.
    public var hasPassed: Bool {
        self <= .now
    }

    /// The time that is left; zero, never negative, once the deadline has passed.
    public var remaining: Duration {
        let (ticks, isOverflow) = self.ticks.subtractingReportingOverflow(Deadline.now.ticks)
        guard ticks > 0, !isOverflow else { return isOverflow && self.ticks > 0 ? .seconds(1 << 32) : .zero }
        return Duration(attoseconds: Int128(ticks) << Int128(Self.ticksPerShift))
    }

    /// The time that is left in milliseconds, rounded up, for a C call that takes its timeout so; 0 means passed.
    public var remainingMilliseconds: Int32 {
        self.remaining.milliseconds(rounding: .up)
    }

    /// The deadline that lies `duration` behind another one.
    public static func + (deadline: Deadline, duration: Duration) -> Deadline {
        let (ticks, isOverflow) = deadline.ticks.addingReportingOverflow(self.ticks(duration))
        guard isOverflow else { return Deadline(ticks: ticks) }
        return Deadline(ticks: duration < .zero ? .min : .max)
    }

    /// Orders by instant.
    public static func < (left: Deadline, right: Deadline) -> Bool {
        left.ticks < right.ticks
    }

    private static func ticks(_ duration: Duration) -> Int64 {
        Int64(clamping: duration.attoseconds >> Int128(self.ticksPerShift))
    }
}

extension Duration {
    /// This duration in whole milliseconds, within `0...Int32.max`.
    public func milliseconds(rounding rule: FloatingPointRoundingRule = .toNearestOrAwayFromZero) -> Int32 {
        let (seconds, attoseconds) = self.components
        let value = (Double(seconds) * 1000 + Double(attoseconds) / 1e15).rounded(rule)
        return Int32(min(max(value, 0), Double(Int32.max)))
    }
}
