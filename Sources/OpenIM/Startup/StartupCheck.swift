import Logging
import ServerRuntime

/// Waits for the systems that the server needs.
struct StartupCheck: Sendable {
    /// Some systems did not answer in time.
    struct Failure: Error, CustomStringConvertible {
        let waited: Duration
        let missing: [String]

        var description: String {
            "gave up after \(self.waited): \(self.missing.joined(separator: "; "))"
        }
    }

    let parts: [StackPart]
    let logger: Logger
    var backoff = Backoff(initial: .milliseconds(200), maximum: .seconds(3))

    /// Returns when every part answers.
    ///
    /// - Throws: `Failure` at the deadline, naming each missing part with its address and last error.
    func wait(atMost limit: Duration) async throws {
        let deadline = Deadline.after(limit)
        let missing = try await withThrowingTaskGroup(of: String?.self) { group in
            for part in self.parts {
                group.addTask { try await self.wait(for: part, until: deadline) }
            }
            return try await group.reduce(into: [String]()) { missing, part in
                if let part { missing.append(part) }
            }
        }
        guard missing.isEmpty else { throw Failure(waited: limit, missing: missing.sorted()) }
    }

    /// Asks `part` until it answers; returns what is wrong with it when the deadline passes.
    private func wait(for part: StackPart, until deadline: Deadline) async throws -> String? {
        var failures = 0
        while true {
            do {
                try await part.check()
                self.logger.info("reached", metadata: ["part": "\(part.name)", "address": "\(part.address)"])
                return nil
            } catch {
                try Task.checkCancellation()
                failures += 1
                guard !deadline.hasPassed else { return "\(part.name) at \(part.address): \(error)" }
                self.logger.warning(
                    "cannot be reached, trying again",
                    metadata: ["part": "\(part.name)", "address": "\(part.address)", "error": "\(error)"]
                )
                try await Task.sleep(for: min(self.backoff.delay(attempt: failures), deadline.remaining))
            }
        }
    }
}
