/// Which thread does what, without threads: jobs in order of arrival, for at most `threadsMax` threads.
///
/// A thread is started when there is work and none sleeps. The one that went to sleep last is woken first, since its
/// caches are warm.
struct ThreadSchedule<Job> {
    enum Action: Equatable {
        case none
        case wake(thread: Int)
        case start(thread: Int)
    }

    enum Next {
        case run(Job)
        case sleep
        case end
    }

    /// Upper bound of threads; none before work may begin.
    private var threadsMax = 0
    private var ready = FIFO<Job>()
    private var idle: [Int] = []
    private(set) var startedCount = 0
    private(set) var liveCount = 0
    private var isClosed = false

    var readyJobs: [Job] {
        self.ready.all
    }

    /// Work may begin.
    ///
    /// - Returns: the threads to start for the jobs that are there.
    mutating func open(threadsMax: Int) -> [Int] {
        self.threadsMax = threadsMax
        return (0..<min(threadsMax, self.ready.count)).map { _ in self.startThread() }
    }

    /// Adds a job.
    mutating func add(_ job: Job) -> Action {
        self.ready.append(job)
        if let thread = self.idle.popLast() { return .wake(thread: thread) }
        guard self.liveCount < self.threadsMax, !self.isClosed else { return .none }
        return .start(thread: self.startThread())
    }

    /// Adds a job on a thread that is about to ask for its next one.
    mutating func addBeforeNext(_ job: Job) {
        self.ready.append(job)
    }

    /// A thread asks what to do.
    mutating func next(for thread: Int) -> Next {
        if let job = self.ready.popFirst() { return .run(job) }
        if self.isClosed {
            self.liveCount -= 1
            return .end
        }
        self.idle.append(thread)
        return .sleep
    }

    /// The system had no thread left.
    ///
    /// - Returns: the jobs that nobody will do, if there is no thread at all.
    mutating func startFailed() -> [Job] {
        self.liveCount -= 1
        return self.liveCount == 0 ? self.ready.remove { _ in true } : []
    }

    /// Threads end when there are no more jobs.
    ///
    /// - Returns: those that sleep, to be woken.
    mutating func close() -> [Int] {
        self.isClosed = true
        defer { self.idle = [] }
        return self.idle
    }

    private mutating func startThread() -> Int {
        defer { self.startedCount += 1 }
        self.liveCount += 1
        return self.startedCount
    }
}
