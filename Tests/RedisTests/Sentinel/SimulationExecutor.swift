import Synchronization

/// Runs tasks one after the other, in the order in which they became ready, when it is told to.
///
/// As it knows whether anybody has anything to do, virtual time moves on exactly when nobody has.
final class SimulationExecutor: TaskExecutor {
    /// Whether the simulation has ended, so that nobody need run anything.
    let isOver = Atomic(false)
    private let jobs = Mutex<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        self.jobs.withLock { $0.append(job) }
    }

    /// Runs what is ready by now; returns whether that was anything.
    func runReady() -> Bool {
        let ready = self.jobs.withLock { jobs in
            defer { jobs = [] }
            return jobs
        }
        for job in ready { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        return !ready.isEmpty
    }
}
