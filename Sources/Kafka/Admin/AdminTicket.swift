import Synchronization

/// The answer that one caller waits for.
///
/// Whatever comes first is the answer; what comes later is dropped.
final class AdminTicket<Value: Sendable>: AdminAnswer {
    private enum State {
        case open
        case waiting(CheckedContinuation<Result<Value, KafkaError>, Never>)
        case answered(Result<Value, KafkaError>)
        case taken
    }

    private let state = Mutex(State.open)
    private let decode: @Sendable (OpaquePointer) throws(KafkaError) -> Value

    /// A ticket without an answer.
    ///
    /// - Parameter decode: reads the answer out of an event, which it must not keep.
    init(_ decode: @escaping @Sendable (OpaquePointer) throws(KafkaError) -> Value) {
        self.decode = decode
    }

    func take(_ event: OpaquePointer) {
        do throws(KafkaError) {
            self.finish(.success(try self.decode(event)))
        } catch {
            self.finish(.failure(error))
        }
    }

    func fail(_ error: KafkaError) {
        self.finish(.failure(error))
    }

    /// Gives the answer.
    func finish(_ result: Result<Value, KafkaError>) {
        let waiter = self.state.withLock { state -> CheckedContinuation<Result<Value, KafkaError>, Never>? in
            switch state {
            case .open:
                state = .answered(result)
                return nil
            case .waiting(let continuation):
                state = .taken
                return continuation
            case .answered, .taken: return nil
            }
        }
        waiter?.resume(returning: result)
    }

    /// Waits for the answer; called once.
    ///
    /// - Parameter cancelled: the answer when the caller's task is cancelled.
    /// - Returns: the first answer.
    func answer(cancelled: KafkaError) async -> Result<Value, KafkaError> {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let result = self.state.withLock { state -> Result<Value, KafkaError>? in
                    guard case .answered(let result) = state else {
                        state = .waiting(continuation)
                        return nil
                    }
                    state = .taken
                    return result
                }
                if let result { continuation.resume(returning: result) }
            }
        } onCancel: {
            self.fail(cancelled)
        }
    }
}
