import Synchronization

/// Where the tasks of one process run: when the schedule says so, and never again once the process has died.
final class ScheduleExecutor: TaskExecutor {
    private let schedule: Schedule
    private let isDeadFlag = Atomic(false)

    init(_ schedule: Schedule) {
        self.schedule = schedule
    }

    var isDead: Bool { self.isDeadFlag.load(ordering: .relaxed) }

    /// Its tasks stop where they are.
    func kill() {
        self.isDeadFlag.store(true, ordering: .relaxed)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        self.schedule.enqueue(UnownedJob(job), on: self)
    }
}
