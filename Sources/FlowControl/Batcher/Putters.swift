/// Calls of `put` that wait for room, first come first served.
struct Putters<Element: Sendable> {
    typealias Continuation = CheckedContinuation<Result<Void, BatcherError>, Never>

    struct Putter {
        let entry: BatchQueue<Element>.Entry
        let key: String
        let ticket: UInt64
        let continuation: Continuation
    }

    private var waiting: [Putter] = []
    private var lastTicket: UInt64 = 0

    var isEmpty: Bool {
        self.waiting.isEmpty
    }

    var count: Int {
        self.waiting.count
    }

    /// A number that a call can be found by.
    mutating func ticket() -> UInt64 {
        self.lastTicket += 1
        return self.lastTicket
    }

    mutating func append(_ putter: Putter) {
        self.waiting.append(putter)
    }

    /// Whether the first one fits.
    func mayTake(where hasRoom: (Int) -> Bool) -> Bool {
        self.waiting.first.map { hasRoom($0.entry.byteCount) } ?? false
    }

    /// Removes the first one if it fits.
    mutating func next(where hasRoom: (Int) -> Bool) -> Putter? {
        self.mayTake(where: hasRoom) ? self.waiting.removeFirst() : nil
    }

    mutating func cancel(_ ticket: UInt64) -> Continuation? {
        guard let index = self.waiting.firstIndex(where: { $0.ticket == ticket }) else { return nil }
        return self.waiting.remove(at: index).continuation
    }

    mutating func removeAll() -> [Continuation] {
        defer { self.waiting = [] }
        return self.waiting.map(\.continuation)
    }
}
