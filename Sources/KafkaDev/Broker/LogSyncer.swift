import NIOCore
import NIOPosix

/// Syncs logs on a thread of its own, all that have changed in one go: what arrives during a sync shares the next one.
///
/// Belongs to the broker's loop.
final class LogSyncer {
    private let policy: FsyncPolicy
    private let files: any FileLayer
    private let loop: any EventLoop
    private let thread: NIOThreadPool
    private var changed: [ObjectIdentifier: PartitionLog] = [:]
    private var isRunning = false
    private var isStopped = false
    private var timer: RepeatedTask?
    private var whenIdle: (() -> Void)?

    init(policy: FsyncPolicy, files: any FileLayer, loop: any EventLoop, thread: NIOThreadPool) {
        self.policy = policy
        self.files = files
        self.loop = loop
        self.thread = thread
    }

    /// Begins to sync by time, when the policy says so.
    func start() {
        guard case .interval(let time) = self.policy else { return }
        let amount = TimeAmount.milliseconds(time.wholeMilliseconds)
        let bound = NIOLoopBound(self, eventLoop: self.loop)
        self.timer = self.loop.scheduleRepeatedTask(initialDelay: amount, delay: amount) { _ in
            bound.value.sync(includesActive: true)
        }
    }

    /// Syncs nothing more.
    ///
    /// - Parameter done: called when what runs has ended.
    func stop(_ done: @escaping () -> Void) {
        self.timer?.cancel()
        self.timer = nil
        self.changed = [:]
        self.isStopped = true
        if self.isRunning { self.whenIdle = done } else { done() }
    }

    /// Records were appended to `log`.
    func appended(_ log: PartitionLog) {
        self.changed[ObjectIdentifier(log)] = log
        switch self.policy {
        case .always: self.sync(includesActive: true)
        case .never, .interval: if log.hasClosedSegments { self.sync(includesActive: false) }
        }
    }

    private func sync(includesActive: Bool) {
        guard !self.isRunning, !self.isStopped, !self.changed.isEmpty else { return }
        var jobs: [(log: PartitionLog, work: SyncWork)] = []
        for (id, log) in self.changed {
            if let work = log.takeSyncWork(includesActive: includesActive) { jobs.append((log, work)) }
            if includesActive || !log.hasUnsyncedRecords { self.changed[id] = nil }
        }
        guard !jobs.isEmpty else { return }
        self.isRunning = true
        let works = jobs.map(\.work)
        let files = self.files
        let done = self.thread.runIfActive(eventLoop: self.loop) {
            works.map { work in
                do throws(StorageError) {
                    try work.run(files)
                    return nil
                } catch {
                    return error
                }
            } as [StorageError?]
        }
        let bound = NIOLoopBound((self, jobs), eventLoop: self.loop)
        done.whenComplete { result in
            let (syncer, jobs) = bound.value
            // The pool is only gone when the broker has stopped; a job that it dropped is as good as failed.
            let dropped = StorageError(operation: "fsync", path: "", number: 5)
            let errors = (try? result.get()) ?? jobs.map { _ in dropped }
            syncer.isRunning = false
            for (job, error) in zip(jobs, errors) { job.log.syncEnded(job.work, error) }
            if let idle = syncer.whenIdle {
                syncer.whenIdle = nil
                idle()
            } else if syncer.policy == .always {
                syncer.sync(includesActive: true)
            }
        }
    }
}
