import Logging
import ServerRuntime

/// Repeats a step that must not be given up, because what it works on has been accepted.
struct Retry: Sendable {
    let logger: Logger
    var backoff = Backoff(initial: .milliseconds(50), maximum: .seconds(5))

    /// Runs `step` until it succeeds or the task is cancelled.
    ///
    /// - Parameters:
    ///   - name: what the step does, for the log.
    ///   - step: the work; it must be safe to repeat.
    /// - Returns: what `step` returned in the end.
    /// - Throws: `CancellationError` only.
    func run<Result>(_ name: String, _ step: () async throws -> Result) async throws -> Result {
        var failures = 0
        while true {
            do {
                return try await step()
            } catch {
                // A cancelled task's calls fail in their own ways; what it means is that we are to stop.
                try Task.checkCancellation()
                failures += 1
                self.logger.warning(
                    "step failed, trying again",
                    metadata: ["step": "\(name)", "failures": "\(failures)", "error": "\(error)"]
                )
                try await Task.sleep(for: self.backoff.delay(attempt: failures))
            }
        }
    }
}
