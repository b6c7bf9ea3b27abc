import Synchronization

/// What the tasks of a load share with the test that runs it.
final class LoadState: Sendable {
    private let over = Atomic(false)
    private let count = Atomic(0)

    /// Whether the tasks shall end.
    var isOver: Bool { self.over.load(ordering: .relaxed) }
    /// How many calls have succeeded.
    var done: Int { self.count.load(ordering: .relaxed) }

    /// Has the tasks end.
    func end() { self.over.store(true, ordering: .relaxed) }

    /// Counts a success.
    func succeeded() { self.count.add(1, ordering: .relaxed) }
}
