/// What one node knows of its cluster: the lines of `CLUSTER NODES`.
struct RedisClusterView: Sendable {
    /// One line.
    struct Member: Sendable {
        let id: String
        let port: Int
        let flags: Set<String>
        let masterID: String?
        /// Of two nodes that claim a slot, the one with the higher epoch has it.
        let epoch: String
        let slots: [ClosedRange<Int>]

        var isMaster: Bool { self.flags.contains("master") }
        /// Whether the node is suspected of having failed, or known to have.
        var isFailing: Bool { self.flags.contains("fail") || self.flags.contains("fail?") }
    }

    let members: [Member]

    init(_ text: String) {
        self.members = text.split(whereSeparator: \.isNewline).compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard words.count >= 8 else { return nil }
            let port = words[1].split(separator: "@")[0].split(separator: ":").last.flatMap { Int($0) }
            return Member(
                id: words[0],
                port: port ?? 0,
                flags: Set(words[2].split(separator: ",").map(String.init)),
                masterID: words[3] == "-" ? nil : words[3],
                epoch: words[6],
                // Slots on the move stand in brackets.
                slots: words.dropFirst(8).filter { !$0.hasPrefix("[") }.compactMap(Self.range)
            )
        }
    }

    /// The node that owns `slot`.
    func owner(of slot: Int) -> Member? {
        self.members.first { member in member.isMaster && member.slots.contains { $0.contains(slot) } }
    }

    private static func range(_ word: String) -> ClosedRange<Int>? {
        let bounds = word.split(separator: "-").compactMap { Int($0) }
        guard let first = bounds.first, let last = bounds.last, first <= last else { return nil }
        return first...last
    }
}
