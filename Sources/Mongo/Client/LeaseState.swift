/// What the engine knows of a leased client.
struct LeaseState {
    /// Upper bound of calls that wait for the one that runs.
    static let pendingMax = 1_000

    var pending = FIFO<any EngineCall>()
    private var attachments: [any LeaseAttachment] = []
    /// Whether the slot is to be given back when nothing is left to do.
    var isReturning = false

    mutating func attach(_ attachment: any LeaseAttachment) {
        self.attachments.append(attachment)
    }

    /// Takes out an attachment; `false` when it is not there.
    mutating func remove(_ attachment: any LeaseAttachment) -> Bool {
        guard let index = self.attachments.firstIndex(where: { $0 === attachment }) else { return false }
        self.attachments.remove(at: index)
        return true
    }

    /// Takes out all attachments.
    mutating func removeAll() -> [any LeaseAttachment] {
        defer { self.attachments = [] }
        return self.attachments
    }
}
