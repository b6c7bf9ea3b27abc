import Glibc

/// An instant on the clock that `poll` and condition variables are measured by, in nanoseconds.
struct MonotonicTime: Comparable, Sendable {
    static let distantFuture = MonotonicTime(nanoseconds: .max)

    let nanoseconds: Int64

    static var now: MonotonicTime {
        var time = Glibc.timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// The instant that lies `duration` later; the end of time when that is too far away.
    func advanced(by duration: Duration) -> MonotonicTime {
        let (seconds, attoseconds) = duration.components
        let (whole, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isTooFar) = self.nanoseconds.addingReportingOverflow(whole &+ attoseconds / 1_000_000_000)
        return isTooLong || isTooFar
            ? (seconds < 0 ? MonotonicTime(nanoseconds: 0) : .distantFuture) : Self(nanoseconds: sum)
    }

    func advanced(byMilliseconds milliseconds: Int32) -> MonotonicTime {
        let (sum, isTooFar) = self.nanoseconds.addingReportingOverflow(Int64(milliseconds) * 1_000_000)
        return isTooFar ? .distantFuture : MonotonicTime(nanoseconds: sum)
    }

    /// Nanoseconds from `earlier` to this instant; negative when it has passed.
    func nanoseconds(since earlier: MonotonicTime) -> Int64 {
        self.nanoseconds.subtractingReportingOverflow(earlier.nanoseconds).partialValue
    }

    var timespec: timespec {
        Glibc.timespec(tv_sec: Int(self.nanoseconds / 1_000_000_000), tv_nsec: Int(self.nanoseconds % 1_000_000_000))
    }

    static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}
