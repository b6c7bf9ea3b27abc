import Foundation

/// Runs blocking work on a thread of its own, so that it holds up no task.
///
/// - Parameter work: limits its own time.
/// - Returns: what `work` returns.
/// - Throws: what `work` throws.
func onThread<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { done in
        Thread.detachNewThread {
            done.resume(with: Swift.Result { try work() })
        }
    }
}
