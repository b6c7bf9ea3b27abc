import CRdkafka

/// Knows whether the member is between two generations of its group.
///
/// librdkafka 2.0.2 joins a cooperative rebalance without asking, and sends a commit made meanwhile behind its join
/// request on the same connection. The broker answers it after the join with "illegal generation", and librdkafka then
/// takes all its partitions for lost. So commits are held back while a join is under way. No API tells of it; the debug
/// line about the state does. Should its text change, nothing is held back and a rebalance under load costs a second
/// round, no more: what was lost takes no commits, and is read again from the last one.
struct GroupJoinWatch {
    /// Whether commits have to wait.
    private(set) var isJoining = false

    /// Takes a log event in.
    mutating func note(_ event: OpaquePointer) {
        var facility: UnsafePointer<CChar>?
        var text: UnsafePointer<CChar>?
        var level: Int32 = 0
        guard rd_kafka_event_log(event, &facility, &text, &level) == 0, let facility, let text else { return }
        guard String(cString: facility) == "CGRPJOINSTATE" else { return }
        self.note(line: String(cString: text))
    }

    /// Takes a line of the form `...
    ///
    /// changed join state A -> B (...` in.
    mutating func note(line: String) {
        let words = line.split(separator: " ")
        guard let arrow = words.lastIndex(of: "->"), arrow + 1 < words.count else { return }
        self.isJoining = ["wait-join", "wait-metadata", "wait-sync"].contains(words[arrow + 1])
    }
}
