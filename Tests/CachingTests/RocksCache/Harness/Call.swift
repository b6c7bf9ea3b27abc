import Synchronization

/// A task of a model's process, which ends with a result, or with its process.
final class Call<Value: Sendable>: Sendable {
    private struct State: Sendable {
        var isOver = false
        var result: Result<Value, any Error>?
        var waiters: [UnsafeContinuation<Void, Never>] = []
        var task: Task<Void, Never>?
    }

    private let state = Mutex(State())

    func run(in executor: ScheduleExecutor, _ body: @escaping @Sendable () async throws -> Value) {
        let task = Task(executorPreference: executor) {
            let result: Result<Value, any Error>
            do {
                result = .success(try await body())
            } catch {
                result = .failure(error)
            }
            self.end(result)
        }
        self.state.withLock { $0.task = task }
    }

    func cancel() {
        let task = self.state.withLock { $0.task }
        task?.cancel()
    }

    /// Whether it has ended or died.
    var isOver: Bool { self.state.withLock { $0.isOver } }

    /// The result, `nil` if the process died before.
    var result: Result<Value, any Error>? {
        get async {
            await withUnsafeContinuation { continuation in
                let isOver = self.state.withLock { state in
                    if !state.isOver { state.waiters.append(continuation) }
                    return state.isOver
                }
                if isOver { continuation.resume() }
            }
            return self.state.withLock { $0.result }
        }
    }

    /// Ends it; without a result because its process has died.
    func end(_ result: Result<Value, any Error>?) {
        let waiters = self.state.withLock { state -> [UnsafeContinuation<Void, Never>] in
            guard !state.isOver else { return [] }
            state.isOver = true
            state.result = result
            state.task = nil
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
