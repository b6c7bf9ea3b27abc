/// Holds a loader in the middle of its work.
struct HeldLoad: Sendable {
    private let arrivals = AsyncStream.makeStream(of: Void.self)
    private let releases = AsyncStream.makeStream(of: Void.self)

    /// The loader waits here until `release()`.
    func hold() async {
        self.arrivals.continuation.yield()
        for await _ in self.releases.stream { return }
    }

    /// Waits until the loader is held.
    func held() async {
        for await _ in self.arrivals.stream { return }
    }

    /// Lets the loader go on.
    func release() {
        self.releases.continuation.yield()
    }
}
