/// Checks what members have done against what they promise.
struct KafkaConsumerVerdict: Sendable {
    /// What must not have happened; the first few of each kind.
    private(set) var violations: [String] = []
    private(set) var handedOn = 0
    private(set) var repeated = 0
    private(set) var starts = 0
    private var done: [Int32: Set<Int64>] = [:]
    private var last: [String: Int64] = [:]
    private var highest: [Int: Int] = [:]
    private var generations: [Int32: Int32] = [:]
    private let brokerForgetsGroups: Bool

    /// - Parameters:
    ///   - events: of all members, in the order of their times.
    ///   - produced: how many records of each key were acknowledged.
    ///   - brokerForgetsGroups: whether the broker was killed, after which its groups begin anew: a member then goes on
    ///     beside its successor until its next heartbeat is refused.
    init(_ events: [KafkaConsumerEvent], produced: [Int], brokerForgetsGroups: Bool = false) {
        self.brokerForgetsGroups = brokerForgetsGroups
        for event in events {
            switch event.kind {
            case .start: self.start(event)
            case .handedOn: self.handOn(event)
            case .done: self.done[event.partition, default: []].insert(event.offset)
            }
        }
        for (key, count) in produced.enumerated() where (self.highest[key] ?? -1) < count - 1 {
            self.add("key \(key): \((self.highest[key] ?? -1) + 1) of \(count) records")
        }
    }

    private mutating func add(_ text: String) {
        if self.violations.count < 10 { self.violations.append(text) }
    }

    private mutating func start(_ event: KafkaConsumerEvent) {
        self.starts += 1
        // What is below was committed, so its work was done before.
        let done = self.done[event.partition] ?? []
        if let open = (0..<event.offset).first(where: { !done.contains($0) }) {
            self.add("[\(event.partition)] starts at \(event.offset), but \(open) was not done")
        }
        self.last[self.owner(event)] = event.offset - 1
        let former = self.generations[event.partition] ?? -1
        if event.generation < former, !self.brokerForgetsGroups {
            self.add("[\(event.partition)] generation \(event.generation) starts after \(former)")
        }
        self.generations[event.partition] = event.generation
    }

    private mutating func handOn(_ event: KafkaConsumerEvent) {
        let owner = self.owner(event)
        if let last = self.last[owner], event.offset != last + 1 {
            self.add("[\(event.partition)] \(event.offset) follows \(last)")
        }
        self.last[owner] = event.offset
        if let newest = self.generations[event.partition], event.generation < newest, !self.brokerForgetsGroups {
            self.add("[\(event.partition)] generation \(event.generation) still works in \(newest)")
        }
        self.handedOn += 1
        // The records of a key come again, but never one before those in front of it.
        let highest = self.highest[event.key] ?? -1
        if event.sequence > highest + 1 { self.add("key \(event.key): \(event.sequence) comes after \(highest)") }
        if event.sequence <= highest { self.repeated += 1 }
        self.highest[event.key] = max(highest, event.sequence)
    }

    private func owner(_ event: KafkaConsumerEvent) -> String {
        "\(event.member)/\(event.partition)/\(event.generation)"
    }
}
