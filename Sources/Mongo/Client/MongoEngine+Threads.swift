import CMongoc
import Glibc
import ServerRuntime
import Synchronization

extension MongoEngine {
    /// Starts the threads, and returns when all have ended after `close()`.
    ///
    /// - Throws: `.invalidConfiguration` when libmongoc cannot use the connection string after all.
    func run() async throws(MongoError) {
        let outcome: Result<Void, MongoError> = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let answer = CallAnswer<Void>(continuation)
                let isStarted = MongoThread.start(name: "mongo-timer") { answer.give(Result(catching: self.runTimer)) }
                if !isStarted {
                    self.close()
                    answer.give(.failure(MongoError(.poolExhausted, "the system has no thread left")))
                }
            }
        } onCancel: {
            self.close()
        }
        return try outcome.get()
    }

    /// The client of a slot; the first call of a slot makes it.
    func client(of slot: ClientSlot) throws(MongoError) -> OpaquePointer {
        if let raw = slot.raw { return raw }
        guard let pool = self.pool.withLock({ $0 }), let raw = slot.fill(from: pool) else {
            throw MongoError(.closed, "the client was shut down")
        }
        self.monitor.metrics.clientOpened()
        return raw
    }

    func act(_ action: ThreadSchedule<EngineState.Job>.Action) {
        switch action {
        case .none: break
        case .wake(let thread): self.beds[thread].signal()
        case .start(let thread): self.startThread(thread)
        }
    }

    /// After the client's end: lets the threads end once no client is in use.
    func endThreadsIfDone() {
        let sleeping = self.state.withLock { state -> [Int] in
            guard state.isClosing, state.pool.usedCount == 0 else { return [] }
            return state.schedule.close()
        }
        for thread in sleeping {
            self.beds[thread].signal()
        }
        if self.isClosing {
            self.timer.wake()
        }
    }

    // MARK: - Timer

    private func runTimer() throws(MongoError) {
        do throws(MongoError) {
            let uri = try MongocURI.make(self.configuration)
            let name = self.configuration.applicationName
            let pool = try MongocPool(uri, applicationName: name, monitor: self.monitor)
            self.pool.withLock { $0 = pool }
            guard self.search.start(pool, self.monitor.gate, ended: self.timer.wake) else {
                throw MongoError(.poolExhausted, "the system has no thread left")
            }
        } catch {
            self.close()
            self.endPool()
            throw error
        }
        let threads = self.state.withLock { $0.schedule.open(threadsMax: self.beds.count) }
        threads.forEach(self.startThread)
        while !self.isDone {
            self.timer.sleep(after: self.look)
        }
        self.endPool()
    }

    /// Whether nobody uses the pool any more, nor will.
    private var isDone: Bool {
        guard self.search.hasEnded else { return false }
        return self.state.withLock { $0.isClosing && $0.pool.usedCount == 0 && $0.schedule.liveCount == 0 }
    }

    private func look() -> Deadline? {
        let next = self.expire()
        guard let end = self.closeDeadline else { return next }
        guard end.hasPassed else { return next.map { min($0, end) } ?? end }
        // Whatever still runs has had its time.
        for (call, slot) in self.state.withLock({ $0.running }) {
            if call.isCleanUp {
                self.slots[slot].control.shorten(to: .now)
            } else {
                self.stop(call, slot, MongoError(.closed, "the client was shut down"))
            }
        }
        return .after(.milliseconds(100))
    }

    /// All clients are back: tells the server of the end of its sessions, and frees everything.
    private func endPool() {
        let pool = self.pool.withLock { pool in
            defer { pool = nil }
            return pool
        }
        guard let pool else { return }
        for slot in self.slots {
            _ = slot.control.begin(self.nextID(), deadline: .after(Self.endTimeout))
            slot.empty(into: pool)
        }
        pool.close()
        self.monitor.metrics.stopped()
    }

    /// How long the server is given to hear of the end of sessions.
    private static let endTimeout: Duration = .milliseconds(500)

    // MARK: - Workers

    private func startThread(_ thread: Int) {
        guard !MongoThread.start(name: "mongo-\(thread)", { self.runWorker(thread) }) else { return }
        for job in self.state.withLock({ $0.schedule.startFailed() }) {
            job.call.fail(MongoError(.poolExhausted, "the system has no thread left"))
            self.release(job.slot)
        }
    }

    private func runWorker(_ thread: Int) {
        var next = self.state.withLock { $0.schedule.next(for: thread) }
        while true {
            switch next {
            case .run(let job):
                var following: ThreadSchedule<EngineState.Job>.Next?
                let run = CallRun(engine: self, slot: self.slots[job.slot])
                job.call.run(run) { following = self.release(job.slot, by: thread) }
                next = following ?? .sleep
            case .sleep:
                self.beds[thread].wait()
                next = self.state.withLock { $0.schedule.next(for: thread) }
            case .end:
                return self.timer.wake()
            }
        }
    }

    /// A call has ended; its client goes on to the next one.
    ///
    /// - Returns: what the thread does next.
    private func release(_ slot: Int, by thread: Int) -> ThreadSchedule<EngineState.Job>.Next {
        let (lease, next, sleeping) = self.state.withLock { state in
            let lease = state.finished(slot)
            let isDone = state.isClosing && state.pool.usedCount == 0
            let sleeping = isDone ? state.schedule.close() : []
            return (lease, state.schedule.next(for: thread), sleeping)
        }
        for thread in sleeping {
            self.beds[thread].signal()
        }
        if let lease { lease.lease.granted(self.slots[lease.slot]) }
        return next
    }

    /// A call will not run, for want of a thread.
    private func release(_ slot: Int) {
        if let lease = self.state.withLock({ $0.finished(slot) }) {
            lease.lease.granted(self.slots[lease.slot])
        }
    }
}
