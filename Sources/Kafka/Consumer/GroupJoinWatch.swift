import CRdkafka
import ServerRuntime

/// Knows where the member is between two generations of its group.
///
/// librdkafka 2.0.2 joins a cooperative rebalance without asking, and sends a commit made meanwhile behind its join
/// request on the same connection. The broker answers it after the join with "illegal generation", and librdkafka then
/// takes all its partitions for lost. So commits are held back while a join is under way. No API tells of it; the debug
/// line about the state does. Should its text change, nothing is held back and a rebalance under load costs a second
/// round, no more: what was lost takes no commits, and is read again from the last one.
struct GroupJoinWatch {
    private static let joining: Set<String> = ["wait-join", "wait-metadata", "wait-sync"]
    private static let settled: Set<String> = ["init", "steady"]

    /// The broker lets no join last longer; a line that never comes must not hold anything back for ever.
    private let joinMax: Duration
    private var state = "init"
    private var joinDeadline: Deadline?
    /// Whether the broker has answered a request to join.
    private var hasAnswer = false
    private var hasAssignment = false

    init(joinMax: Duration) {
        self.joinMax = joinMax
    }

    /// Whether commits have to wait.
    var isJoining: Bool {
        self.joinDeadline.map { !$0.hasPassed } ?? false
    }

    /// Whether no join is under way and no assignment waits for an answer or for its effect.
    var isSettled: Bool {
        Self.settled.contains(self.state)
    }

    /// Whether the member has been let into its group but has never been given an assignment, be it an empty one.
    ///
    /// librdkafka before 2.3.0 aborts the process when such a client is destroyed (its issue 4312).
    var isBetweenJoinAndAssignment: Bool {
        self.hasAnswer && !self.hasAssignment
    }

    /// Whether the group has ever given or taken partitions, or none.
    var hasJoined: Bool {
        self.hasAssignment
    }

    /// Notes that the group has given or taken partitions, or none.
    mutating func rebalanced() {
        self.hasAssignment = true
    }

    /// Takes a log event in.
    mutating func note(_ event: OpaquePointer) {
        var facility: UnsafePointer<CChar>?
        var text: UnsafePointer<CChar>?
        var level: Int32 = 0
        guard rd_kafka_event_log(event, &facility, &text, &level) == 0, let facility, let text else { return }
        guard String(cString: facility) == "CGRPJOINSTATE" else { return }
        self.note(line: String(cString: text))
    }

    /// Takes in the text of a line such as `Group "g" changed join state init -> wait-join (state up)`.
    mutating func note(line: String) {
        let words = line.split(separator: " ")
        guard let arrow = words.lastIndex(of: "->"), arrow > 0, arrow + 1 < words.count else { return }
        let (former, next) = (words[arrow - 1], String(words[arrow + 1]))
        if former == "wait-join", next == "wait-metadata" || next == "wait-sync" { self.hasAnswer = true }
        self.state = next
        guard Self.joining.contains(next) else {
            self.joinDeadline = nil
            return
        }
        if self.joinDeadline == nil { self.joinDeadline = .after(self.joinMax) }
    }
}
