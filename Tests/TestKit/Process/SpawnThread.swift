import Dispatch
import Glibc
import Synchronization

/// The thread that starts child processes, which lives as long as this process.
///
/// A child that asked for a signal at its parent's death gets it when the *thread* that started it ends; threads of
/// the shared pool may end at any time.
enum SpawnThread {
    private final class Queue: Sendable {
        let jobs = Mutex<[@Sendable () -> Void]>([])
        let ready = DispatchSemaphore(value: 0)
    }

    private static let queue: Queue? = {
        let queue = Queue()
        let thread = try? JoinableThread {
            while true {
                queue.ready.wait()
                let job = queue.jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                job?()
            }
        }
        return thread == nil ? nil : queue
    }()

    /// Runs `job` there and waits for it; meant for `posix_spawn`, which takes a millisecond.
    ///
    /// - Returns: `nil` when there is no such thread.
    static func run<Result: Sendable>(_ job: @escaping @Sendable () -> Result) -> Result? {
        guard let queue else { return nil }
        let result = Box<Result>()
        queue.jobs.withLock { jobs in
            jobs.append {
                let value = job()
                result.value.withLock { $0 = value }
                result.isDone.signal()
            }
        }
        queue.ready.signal()
        result.isDone.wait()
        return result.value.withLock { $0 }
    }

    private final class Box<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
        let isDone = DispatchSemaphore(value: 0)
    }
}
