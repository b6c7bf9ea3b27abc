/// Units that go to one node one right after the other.
struct NodeBatch<Node: AnyObject & Sendable>: Sendable {
    /// A unit of the batch.
    struct Part: Sendable {
        let unit: Int
        /// Where its replies are among those of the batch.
        let replies: Range<Int>
    }

    let node: Node
    private(set) var commands: [RawCommand] = []
    private(set) var parts: [Part] = []

    init(node: Node) {
        self.node = node
    }

    /// Adds the commands of a unit; with `isAsking` a node takes them for a slot that is about to become its own.
    mutating func append(_ unit: Int, _ commands: some Collection<RawCommand>, isAsking: Bool) {
        // Holds for the next command, and through a whole transaction when that is `MULTI`.
        if isAsking { self.commands.append(RawCommand("ASKING")) }
        let first = self.commands.count
        self.commands += commands
        self.parts.append(Part(unit: unit, replies: first..<self.commands.count))
    }
}
