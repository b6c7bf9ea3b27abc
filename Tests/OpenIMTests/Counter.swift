import Synchronization

/// Counts what several tasks do.
final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { self.count.load(ordering: .relaxed) }

    /// Adds one and returns the new count.
    @discardableResult
    func add() -> Int {
        self.count.add(1, ordering: .relaxed).newValue
    }
}
