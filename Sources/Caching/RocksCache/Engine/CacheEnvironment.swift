import ServerRuntime

/// Time, chance and threads of the cache; tests put their own in place.
struct CacheEnvironment: Sendable {
    /// Waits; throws when the task is cancelled.
    var sleep: @Sendable (Duration) async throws -> Void
    /// The present instant.
    var now: @Sendable () -> Deadline
    /// A token that nobody else has: it must not come from the server, whose chance may repeat after a restart.
    var newOwner: @Sendable () -> String
    /// A number at least 0 and below 1.
    var fraction: @Sendable () -> Double
    /// Where tasks run; the default pool without one.
    var executor: (any TaskExecutor)?

    /// The real ones.
    static let live = CacheEnvironment(
        sleep: { try await Task.sleep(for: $0, clock: .continuous) },
        now: { .now },
        newOwner: {
            var generator = SystemRandomNumberGenerator()
            return String(generator.next(), radix: 36) + String(generator.next(), radix: 36)
        },
        fraction: { Double.random(in: 0..<1) },
        executor: nil
    )

    /// Starts a task that nobody waits for.
    @discardableResult
    func start<Success: Sendable>(
        _ body: @escaping @Sendable () async throws -> Success
    ) -> Task<Success, any Error> {
        Task(executorPreference: self.executor, operation: body)
    }
}
