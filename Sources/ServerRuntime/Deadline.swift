/// An instant by which an operation must have ended.
///
/// Deadlines are passed down instead of timeouts, so that retries and layers share one budget.
public struct Deadline: Sendable, Hashable, Comparable {
    /// The instant on the monotonic clock.
    public let instant: ContinuousClock.Instant

    /// The deadline at `instant`.
    public init(_ instant: ContinuousClock.Instant) {
        self.instant = instant
    }

    /// The deadline that lies `duration` from now.
    public static func after(_ duration: Duration) -> Deadline {
        Deadline(.now.advanced(by: duration))
    }

    /// Whether the instant has been reached.
    public var hasPassed: Bool {
        self.remaining == .zero
    }

    /// The time that is left; zero, never negative, once the deadline has passed.
    public var remaining: Duration {
        max(.zero, ContinuousClock.now.duration(to: self.instant))
    }

    /// The time that is left in milliseconds, rounded up, for a C call that takes its timeout so; 0 means passed.
    public var remainingMilliseconds: Int32 {
        self.remaining.milliseconds(rounding: .up)
    }

    /// Orders by instant.
    public static func < (left: Deadline, right: Deadline) -> Bool {
        left.instant < right.instant
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
