import ServerRuntime
import Synchronization

/// The messages of one COPY TO STDOUT; read once, by one task.
final class CopyChunks: Sendable {
    private let session: PostgresSession
    private let limits: @Sendable () -> CallLimits
    private let isClaimed = Atomic(false)

    init(_ session: PostgresSession, _ limits: @escaping @Sendable () -> CallLimits) {
        self.session = session
        self.limits = limits
    }

    /// Whether the caller is the first; whoever comes later would begin in the middle.
    func claim() -> Bool {
        self.isClaimed.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged
    }

    /// The next messages; empty and last at the end.
    nonisolated(nonsending) func next() async throws(PostgresError) -> CopyChunk {
        // What has come already is answered sooner than a cancellation is noticed.
        guard !Task.isCancelled else { throw PostgresError(.cancelled, "cancelled while reading a COPY") }
        return try await self.session.nextCopyOut(self.limits())
    }

    static var misuse: PostgresError {
        PostgresError(.transactionMisuse, "what a COPY brings can be read once")
    }
}
