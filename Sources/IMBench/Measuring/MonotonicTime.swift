import Glibc

/// The clock of all measurements: microseconds since the machine was started, which no correction of the time of day
/// moves, and which all processes of the machine share.
enum MonotonicTime {
    /// Now, in microseconds.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
