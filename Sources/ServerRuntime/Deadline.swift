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
        ContinuousClock().systemEpoch.advanced(by: Self.duration(self.ticks))
    }

    /// Whether the instant has been reached.
    public var hasPassed: Bool {
        self <= .now
    }

    /// The time that is left; zero, never negative, once the deadline has passed.
    public var remaining: Duration {
        let (ticks, isOverflow) = self.ticks.subtractingReportingOverflow(Deadline.now.ticks)
        guard ticks > 0, !isOverflow else { return isOverflow && self.ticks > 0 ? .seconds(1 << 32) : .zero }
        return Self.duration(ticks)
    }

    /// The time since the instant; zero before it.
    public var elapsed: Duration {
        max(.zero, self.instant.duration(to: .now))
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

    /// The upper part of the duration's 128 bits.
    ///
    /// Not by way of `Duration.attoseconds`: with `Int128` in this module Swift 6.3 holds the C library's `timespec` for a
    /// type of another module, in release builds only.
    private static func ticks(_ duration: Duration) -> Int64 {
        let (high, low) = (duration._high, duration._low)
        // What does not fit lies centuries ahead or behind.
        guard high >> 28 == 0 || high >> 28 == -1 else { return high < 0 ? .min : .max }
        return high << 35 | Int64(truncatingIfNeeded: low >> 29)
    }

    /// The duration of so many ticks, up to the next nanosecond: that is the one which the ticks were made from.
    private static func duration(_ ticks: Int64) -> Duration {
        // 2^29 attoseconds are 0.536870912 ns; taken apart, so that nothing overflows.
        let (high, low) = (ticks >> 30, ticks & (1 << 30 - 1))
        let attoseconds = low << 29
        return .nanoseconds(high * 576_460_752)
            + .nanoseconds((high * 303_423_488 + attoseconds + 999_999_999) / 1_000_000_000)
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
