import Dispatch

/// Runs the jobs of a task one after the other on a thread outside the shared pool.
final class ThreadExecutor: TaskExecutor {
    // A queue without a target of its own gets a new thread when all are busy.
    private let queue = DispatchQueue(label: "test.blocking")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        self.queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
