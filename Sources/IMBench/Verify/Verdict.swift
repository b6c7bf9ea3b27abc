/// What the verification of a run found.
struct Verdict: Sendable, Codable, Equatable {
    /// What one store holds.
    struct Store: Sendable, Codable, Equatable {
        /// Messages of the run.
        var stored = 0
        /// Accepted messages that are not there (P1).
        var missing = Findings()
        /// Messages under two seqs (P2).
        var doubled = Findings()
        /// Seqs from 1 to the greatest without a message (P3).
        var holes = Findings()
        /// Seqs with two messages (P3).
        var usedTwice = Findings()
    }

    /// What the receivers were pushed.
    struct Receivers: Sendable, Codable, Equatable {
        /// Messages that came for the first time, own ones included.
        var received = 0
        /// Messages that came again, which is allowed.
        var repeated = 0
        /// Messages that came for the first time after a greater seq on the same connection (P4).
        var outOfOrder = Findings()
        /// Messages that came under another seq than the history's (P3).
        var wrongSeq = Findings()
        /// Messages that never came although the receiver's connection lasted from before they were sent to the end.
        var lost = Findings()
    }

    /// A time in which senders waited and nothing came.
    struct Stall: Sendable, Codable, Equatable {
        /// `accepted` or `delivered`.
        var what: String
        /// Unix time in milliseconds when it began.
        var begin: Int64
        var seconds: Double
    }

    var sent = 0
    var accepted = 0
    var rejected = 0
    /// Sent and never answered; may be stored or not.
    var unanswered = 0
    var history = Store()
    var archive = Store()
    /// Seqs at which history and archive differ (P3).
    var differing = Findings()
    /// Conversations whose head in the history is lower than their greatest stored seq (P3).
    var headsBehind = Findings()
    /// Messages with a lower seq than one that was sent after their answer (P4).
    var outOfOrder = Findings()
    var receivers = Receivers()
    /// Pulls up to the newest seq, while the load ran and afterwards (P5).
    var pulls = PullProbes()
    /// Stalls of a second or more.
    var stalls: [Stall] = []
    var longestStallAccepted = 0.0
    var longestStallDelivered = 0.0
    /// Records that consumers had not finished when the stores were read, by group; empty: all was settled.
    var lag: [String: Int64] = [:]

    /// The promises that were broken, each with how often.
    var broken: [String: Int] {
        let counts = [
            "P1": self.history.missing.count + self.archive.missing.count,
            "P2": self.history.doubled.count + self.archive.doubled.count,
            "P3": self.history.holes.count + self.history.usedTwice.count + self.archive.holes.count
                + self.archive.usedTwice.count + self.differing.count + self.headsBehind.count
                + self.receivers.wrongSeq.count,
            "P4": self.outOfOrder.count + self.receivers.outOfOrder.count,
            "P5": self.pulls.short,
            "push": self.receivers.lost.count,
        ]
        return counts.filter { $0.value > 0 }
    }
}
