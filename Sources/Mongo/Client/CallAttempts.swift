import ServerRuntime

/// Until when, and how often by now, a call is tried of which nothing has been sent.
struct CallAttempts {
    let limit: Deadline
    let deadline: Deadline
    private var count = 0

    /// - Parameters:
    ///   - deadline: that of the call.
    ///   - selection: how long a server is searched for.
    init(deadline: Deadline, selection: Duration) {
        self.deadline = deadline
        self.limit = min(deadline, .after(selection))
    }

    /// The pause before the next attempt: 2 ms, then twice as long each time, up to 128 ms.
    mutating func nextPause() -> Duration {
        defer { self.count = min(self.count + 1, 6) }
        return .milliseconds(2 << self.count)
    }
}
