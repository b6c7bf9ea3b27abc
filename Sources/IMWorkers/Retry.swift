import Logging
import ServerRuntime

/// Repeats a step that must not be given up, because what it works on has been accepted.
struct Retry: Sendable {
    /// The condition under which a step is repeated has ended.
    struct Abandoned: Error {}

    let logger: Logger
    var backoff = Backoff(initial: .milliseconds(50), maximum: .seconds(5))
    var timer = PipelineTimer.system
    /// Asked after a failure: whether to try again.
    var isWorthIt: @Sendable () -> Bool = { true }

    /// Runs `step` until it succeeds, the task is cancelled, or a failed try has become pointless.
    ///
    /// - Parameters:
    ///   - name: what the step does, for the log.
    ///   - step: the work; it must be safe to repeat.
    /// - Returns: what `step` returned in the end.
    /// - Throws: `CancellationError`, or `Abandoned` when `isWorthIt` says no.
    func run<Result>(_ name: String, _ step: () async throws -> Result) async throws -> Result {
        var failures = 0
        while true {
            do {
                return try await step()
            } catch {
                // A cancelled task's calls fail in their own ways; what it means is that we are to stop.
                try Task.checkCancellation()
                guard self.isWorthIt() else { throw Abandoned() }
                failures += 1
                self.logger.warning(
                    "step failed, trying again",
                    metadata: ["step": "\(name)", "failures": "\(failures)", "error": "\(error)"]
                )
                try await self.timer.sleep(self.backoff.delay(attempt: failures))
            }
        }
    }
}
