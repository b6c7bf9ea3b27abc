import Synchronization

/// Runs tasks one job after another on the thread that calls `drain`, so that a schedule depends on nothing but its seed.
final class ModelExecutor: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        self.jobs.withLock { $0.append(job) }
    }

    /// Runs jobs until none is left: every task has ended or waits for a call.
    func drain() {
        while true {
            let batch = self.jobs.withLock { jobs in
                defer { jobs = [] }
                return jobs
            }
            guard !batch.isEmpty else { return }
            for job in batch { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }
}
