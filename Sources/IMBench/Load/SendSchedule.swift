/// When each message of an open loop is due: evenly spaced, whatever became of the ones before.
///
/// A load that waits for a slow server hides how slow it is. Here a message that could not be sent in time keeps the time
/// at which it was due, and its latency counts from there.
struct SendSchedule: Sendable {
    /// The time of the first message, in microseconds.
    let start: Int64
    /// Messages a second, above 0.
    let rate: Double
    private(set) var sent: Int64 = 0

    init(start: Int64, rate: Double) {
        self.start = start
        self.rate = rate
    }

    /// When the next message is due, in microseconds.
    ///
    /// Computed from the start each time, so that rounding does not add up.
    var nextDue: Int64 {
        self.start + Int64(Double(self.sent) * 1_000_000 / self.rate)
    }

    /// Takes the next message when it is due by `now`.
    ///
    /// - Returns: when it was due; nil when it is still to come.
    mutating func take(by now: Int64) -> Int64? {
        let due = self.nextDue
        guard due <= now else { return nil }
        self.sent += 1
        return due
    }
}
