import ServiceLifecycle

/// One long-running part of the process.
struct ProcessService: Service, CustomStringConvertible {
    let name: String
    /// Passed before the work begins; nil for what the gate itself waits for.
    var gate: StartGate?
    /// Whether the work watches for a graceful shutdown by itself.
    ///
    /// Other work is cancelled then.
    var stopsItself = false
    let work: @Sendable () async throws -> Void

    var description: String {
        self.name
    }

    func run() async throws {
        do {
            if self.stopsItself { return try await self.work() }
            try await cancelWhenGracefulShutdown {
                try await self.gate?.pass()
                try await self.work()
            }
        } catch is CancellationError {
            // The group is stopping, and so did we.
        }
    }
}
