import Glibc
import Synchronization

/// The time by which entries expire, in nanoseconds.
///
/// The system's coarse monotonic clock: it moves in steps of a few milliseconds, which lifetimes of seconds do not
/// notice, and reading it costs a fifth of reading the precise one.
@usableFromInline
struct LocalCacheClock: Sendable {
    /// A clock that tests set.
    final class Manual: Sendable {
        private let time = Atomic<Int64>(1)

        var now: Int64 { self.time.load(ordering: .relaxed) }

        func advance(by duration: Duration) {
            self.time.add(LocalCacheClock.nanoseconds(duration), ordering: .relaxed)
        }
    }

    private let manual: Manual?

    init(manual: Manual? = nil) {
        self.manual = manual
    }

    /// Nanoseconds since some moment in the past.
    @usableFromInline var now: Int64 {
        if let manual { return manual.now }
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    /// The duration in nanoseconds, at most a century.
    static func nanoseconds(_ duration: Duration) -> Int64 {
        let century: Int64 = 3_200_000_000
        let (seconds, attoseconds) = duration.components
        guard seconds < century else { return century * 1_000_000_000 }
        return max(0, seconds) * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
