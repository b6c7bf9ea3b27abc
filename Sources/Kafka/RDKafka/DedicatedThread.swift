import CRdkafka
import Glibc

/// Threads of our own, for work that waits: the cooperative pool has one thread for each core and must not wait.
enum DedicatedThread {
    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Runs `body` on a new thread and suspends until it has returned.
    ///
    /// Cancellation does not end it: `body` has to watch for what its owner tells it.
    ///
    /// - Parameters:
    ///   - name: the thread's name, at most 15 bytes.
    ///   - body: the work.
    /// - Returns: what `body` returns.
    /// - Throws: `.system` when there is no thread to be had.
    static func run<Result: Sendable>(
        _ name: String,
        _ body: @escaping @Sendable () -> Result
    ) async throws(KafkaError) -> Result {
        let result: Swift.Result<Result, KafkaError> = await withCheckedContinuation { continuation in
            let status = Self.start(name) { continuation.resume(returning: .success(body())) }
            if status != 0 {
                continuation.resume(
                    returning: .failure(KafkaError(.system, "pthread_create: error \(status)", isRetriable: true))
                )
            }
        }
        return try result.get()
    }

    /// Starts a detached thread; 0 or the error of `pthread_create`, in which case `body` never runs.
    static func start(_ name: String, _ body: @escaping @Sendable () -> Void) -> Int32 {
        let context = Unmanaged.passRetained(Start(name: name, body: body))
        var thread = pthread_t()
        let status = pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                crdkafka_set_thread_name(start.name)
                start.body()
                return nil
            },
            context.toOpaque()
        )
        if status == 0 {
            pthread_detach(thread)
        } else {
            context.release()
        }
        return status
    }
}
