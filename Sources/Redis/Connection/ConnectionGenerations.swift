import Synchronization

/// Counts the shared connections of a client that were made and those that stand, and lets tasks wait for the next one.
final class ConnectionGenerations: Sendable {
    /// More waiting tasks than this are refused.
    private static let waitersMax = 1024

    private let made = GenerationCounter(waitersMax: waitersMax)
    private let standing = Atomic<Int>(0)

    /// The number of connections made so far.
    var current: Int { self.made.current }

    /// Whether a connection stands, as far as is known.
    var isConnected: Bool { self.standing.load(ordering: .relaxed) > 0 }

    /// A connection is ready.
    func connected() {
        self.standing.add(1, ordering: .relaxed)
        self.made.advance()
    }

    /// A connection is gone.
    func disconnected() {
        self.standing.subtract(1, ordering: .relaxed)
    }

    /// There will be no other connection.
    func close() {
        self.standing.store(0, ordering: .relaxed)
        self.made.close()
    }

    /// Waits until more than `generation` connections have been made; returns how many.
    func next(after generation: Int) async throws(RedisError) -> Int {
        try await self.made.next(after: generation).get()
    }
}
