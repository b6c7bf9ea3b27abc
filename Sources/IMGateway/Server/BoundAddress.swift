import NIOCore
import Synchronization

/// The address of a listening socket, which tasks can wait for.
final class BoundAddress: Sendable {
    private enum State {
        case waiting([CheckedContinuation<SocketAddress, any Error>])
        case known(Result<SocketAddress, any Error>)
    }

    private let state = Mutex<State>(.waiting([]))

    /// The address; waits until `set(_:)`.
    func value() async throws -> SocketAddress {
        try await withCheckedThrowingContinuation { continuation in
            let known: Result<SocketAddress, any Error>? = self.state.withLock { state in
                switch state {
                case .waiting(let continuations):
                    state = .waiting(continuations + [continuation])
                    return nil
                case .known(let result):
                    return result
                }
            }
            if let known { continuation.resume(with: known) }
        }
    }

    /// Ends all waits; only the first call counts.
    func set(_ result: Result<SocketAddress, any Error>) {
        let continuations: [CheckedContinuation<SocketAddress, any Error>] = self.state.withLock { state in
            guard case .waiting(let continuations) = state else { return [] }
            state = .known(result)
            return continuations
        }
        for continuation in continuations { continuation.resume(with: result) }
    }
}
