/// When a run began and ended; all `MonotonicTime`.
struct LoadTimes: Sendable, Equatable {
    /// When the first message was due.
    var start: Int64
    /// The end of the warm-up.
    var measureFrom: Int64
    /// When sending ended.
    var stop: Int64 = 0
    /// When the last answer and delivery had come, or were not waited for any more.
    var end: Int64 = 0

    /// The length in seconds of the time in which rates are counted.
    var windowSeconds: Double { Double(max(1, self.stop - self.measureFrom)) / 1_000_000 }
}
