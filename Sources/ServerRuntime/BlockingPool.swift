import NIOPosix

/// A bounded set of threads for C calls that block.
///
/// One pool per library, sized and named by it, so that a slow system holds up nothing but itself. A C call that runs
/// cannot be cancelled from outside: each must carry its own timeout.
public final class BlockingPool: Sendable {
    private let threads: NIOThreadPool

    /// Creates the pool; its threads start with `start()`.
    ///
    /// - Parameter threadCount: number of threads.
    public init(threadCount: Int) {
        self.threads = NIOThreadPool(numberOfThreads: threadCount)
    }

    /// Starts the threads.
    ///
    /// Calling it again does nothing.
    public func start() {
        self.threads.start()
    }

    /// Ends the threads after the calls that run have ended.
    public func shutdown() async throws {
        try await self.threads.shutdownGracefully()
    }

    /// Runs `body` on one of the threads.
    ///
    /// Work of a cancelled task that is still queued is not run: the call ends with `CancellationError`, but only when a
    /// thread would have taken it. Work that runs ends by its own timeout.
    public func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await self.threads.runIfActive(body)
    }
}
