/// Runs blocking work on a thread of its own, so that no other task waits for a thread of the shared pool.
///
/// It stays part of the task: expectations inside belong to the running test.
///
/// - Parameter work: limits its own time; it is not cancelled.
/// - Returns: what `work` returns.
/// - Throws: what `work` throws.
public func onThread<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withTaskExecutorPreference(ThreadExecutor()) { try await runHere(work) }
}

@concurrent private func runHere<Result: Sendable>(
    _ work: @Sendable () throws -> Result
) async throws -> Result {
    try work()
}
