import Foundation
import Synchronization

/// The thread that starts child processes, which lives as long as this program.
///
/// A child that asked for a signal at its parent's death gets it when the *thread* that started it ends. Threads of the
/// shared pool end when they are idle, and the main thread of a program with an asynchronous main serves no one.
enum SpawnThread {
    private final class Queue: Sendable {
        let jobs = Mutex<[@Sendable () -> Void]>([])
        let ready = DispatchSemaphore(value: 0)
    }

    private static let queue: Queue = {
        let queue = Queue()
        Thread.detachNewThread {
            while true {
                queue.ready.wait()
                let job = queue.jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                job?()
            }
        }
        return queue
    }()

    /// Runs `job` there, meant for `posix_spawn`, which takes a millisecond.
    ///
    /// - Returns: what `job` returns.
    static func run<Result: Sendable>(_ job: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { done in
            self.queue.jobs.withLock { $0.append { done.resume(returning: job()) } }
            self.queue.ready.signal()
        }
    }
}
