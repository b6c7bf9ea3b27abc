import Synchronization

/// Gathers records into batches by key and has workers process them: in order within a key, side by side between keys.
///
/// `put` takes a record in, and waits while the bounds are reached; `run()` does the work until it is cancelled or
/// `finish()` was called and everything is done. A record is pending from `put` until the batch that holds it was
/// processed, so the bounds cover what is gathered and what is worked on.
public final class Batcher<Element: Sendable>: Sendable {
    /// Works on a batch; an error ends `run()`, so what can succeed later is tried again inside.
    public typealias Process = @Sendable (Batch<Element>) async throws -> Void
    /// Told after the last batch of a flush: the record that was put last, and how many there were.
    public typealias FlushFinished = @Sendable (_ last: Element, _ count: Int) async throws -> Void

    private struct State {
        var queue: BatchQueue<Element>
        var putters = Putters<Element>()
        /// Free workers, each waiting for a batch; nil tells it to end.
        var workers: [Int: CheckedContinuation<Batch<Element>?, Never>] = [:]
        /// The task that flushes by time, waiting for the first record of a flush.
        var timer: CheckedContinuation<Void, Never>?
        var isClosed = false
    }

    private let options: BatcherOptions
    private let now: @Sendable () -> Duration
    private let sleep: @Sendable (Duration) async throws -> Void
    private let process: Process
    private let flushFinished: FlushFinished?
    private let state: Mutex<State>
    private let hasRun = Atomic(false)

    /// Creates the batcher; nothing is processed before `run()`.
    ///
    /// - Parameters:
    ///   - options: pace and bounds.
    ///   - clock: measures the age of what is gathered.
    ///   - flushFinished: told at the end of each flush, in the order in which flushes end; only with `.interval`.
    ///   - process: works on a batch.
    /// - Throws: `.invalidOptions`, naming the option and the rule.
    public init(
        _ options: BatcherOptions = BatcherOptions(),
        clock: some Clock<Duration> = ContinuousClock(),
        flushFinished: FlushFinished? = nil,
        process: @escaping Process
    ) throws(BatcherError) {
        if let violation = options.violation { throw BatcherError(.invalidOptions, violation) }
        let start = clock.now
        self.options = options
        self.now = { start.duration(to: clock.now) }
        self.sleep = { try await clock.sleep(for: $0) }
        self.process = process
        self.flushFinished = flushFinished
        self.state = Mutex(State(queue: BatchQueue(options)))
    }

    /// Takes a record in, in the order of the calls; waits while the bounds are reached.
    ///
    /// - Parameters:
    ///   - element: the record.
    ///   - key: records of one key are processed in order and never side by side.
    ///   - byteCount: the record's size; negative counts as 0.
    /// - Throws: `.tooLarge`, `.tooManyWaiters`, `.cancelled` or `.closed`; the record was not taken then.
    public func put(_ element: Element, key: String, byteCount: Int) async throws(BatcherError) {
        let entry = BatchQueue<Element>.Entry(element: element, byteCount: max(0, byteCount))
        guard entry.byteCount <= self.options.pendingBytesMax else {
            let bound = self.options.pendingBytesMax
            throw BatcherError(.tooLarge, "a record of \(entry.byteCount) bytes; \(bound) may be pending in all")
        }
        let ticket = self.state.withLock { $0.putters.ticket() }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                self.submit(entry, key: key, ticket: ticket, continuation)
            }
        } onCancel: {
            let waiting = self.state.withLock { $0.putters.cancel(ticket) }
            waiting?.resume(returning: .failure(BatcherError(.cancelled, "cancelled while waiting for room")))
            // Whoever is behind may fit where this one did not.
            self.advance()
        }
        try result.get()
    }

    /// Takes no more records; `run()` returns when those that were taken, or wait for room, are processed.
    public func finish() {
        self.state.withLock { $0.queue.finish() }
        self.advance()
    }

    /// Processes batches until everything is done after `finish()`, or until the task is cancelled.
    ///
    /// On cancellation, and when `process` throws, what is pending is dropped.
    ///
    /// - Throws: the first error of `process` or `flushFinished`; `CancellationError` when cancelled; `.closed` when
    ///   called a second time.
    public func run() async throws {
        guard self.hasRun.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged else {
            throw BatcherError(.closed, "run() can be called once")
        }
        defer { self.close() }
        try await withTaskCancellationHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<self.options.workerCount {
                    group.addTask { try await self.work(index) }
                }
                group.addTask { try await self.flushByTime() }
                // The first error ends the others: they wait for batches, which `close` ends.
                while let result = await group.nextResult() {
                    if case .failure(let error) = result {
                        self.close()
                        group.cancelAll()
                        throw error
                    }
                    if self.state.withLock({ $0.isClosed || $0.queue.isDrained }) { self.close() }
                }
            }
            try Task.checkCancellation()
        } onCancel: {
            self.close()
        }
    }
}

// MARK: - Work

extension Batcher {
    private func work(_ index: Int) async throws {
        while let batch = await self.nextBatch(index) {
            try await self.process(batch)
            let flush = self.state.withLock { $0.queue.finished(batch, worker: index) }
            if let flush {
                try await self.flushFinished?(flush.last, flush.count)
                self.state.withLock { $0.queue.reported(flush) }
            }
            self.advance()
        }
    }

    private func nextBatch(_ index: Int) async -> Batch<Element>? {
        await withCheckedContinuation { continuation in
            let next = self.state.withLock { state -> Batch<Element>?? in
                if state.isClosed { return .some(nil) }
                if let batch = state.queue.next(worker: index) { return batch }
                if state.queue.isDrained { return .some(nil) }
                state.workers[index] = continuation
                return nil
            }
            if let next { continuation.resume(returning: next) }
        }
    }

    /// Flushes what is old enough; the task sleeps until then, or until there is something to gather.
    private func flushByTime() async throws {
        guard case .interval(let interval) = self.options.pace else { return }
        while true {
            let (isOver, time) = self.state.withLock { ($0.isClosed || $0.queue.isDrained, $0.queue.flushTime) }
            if isOver { return }
            guard let time else {
                await self.somethingGathered()
                continue
            }
            let left = time - self.now()
            if left > .zero { try await self.sleep(min(left, interval)) }
            self.advance()
        }
    }

    private func somethingGathered() async {
        await withCheckedContinuation { continuation in
            let waits = self.state.withLock { state in
                guard !state.isClosed, !state.queue.isDrained, state.queue.flushTime == nil else { return false }
                state.timer = continuation
                return true
            }
            if !waits { continuation.resume() }
        }
    }
}

// MARK: - Progress

extension Batcher {
    private func submit(
        _ entry: BatchQueue<Element>.Entry,
        key: String,
        ticket: UInt64,
        _ continuation: Putters<Element>.Continuation
    ) {
        let failure = self.state.withLock { state -> BatcherError? in
            if state.isClosed || state.queue.isFinishing { return BatcherError(.closed, "the batcher takes no more") }
            // The handler may have run before there was anything to cancel.
            if Task.isCancelled { return BatcherError(.cancelled, "cancelled before the record was taken") }
            guard state.putters.count < self.options.waitersMax || state.putters.isEmpty else {
                return BatcherError(.tooManyWaiters, "\(state.putters.count) calls wait for room already")
            }
            state.putters.append(.init(entry: entry, key: key, ticket: ticket, continuation: continuation))
            return nil
        }
        if let failure { return continuation.resume(returning: .failure(failure)) }
        self.advance()
    }

    /// Does everything that has become possible: takes records in, flushes, and gives free workers their batches.
    private func advance() {
        let now = self.now()
        var taken: [Putters<Element>.Continuation] = []
        var given: [(CheckedContinuation<Batch<Element>?, Never>, Batch<Element>?)] = []
        let timer = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
            var workers: Set<Int> = []
            repeat {
                while let putter = state.putters.next(where: { state.queue.hasRoom(for: $0) }) {
                    if let worker = state.queue.add(putter.entry, key: putter.key, now: now) { workers.insert(worker) }
                    taken.append(putter.continuation)
                }
                workers.formUnion(state.queue.flushIfDue(now: now))
            } while state.putters.mayTake(where: { state.queue.hasRoom(for: $0) })
            for index in workers where state.workers[index] != nil {
                guard let batch = state.queue.next(worker: index), let worker = state.workers.removeValue(forKey: index)
                else { continue }
                given.append((worker, batch))
            }
            if state.queue.isDrained, state.putters.isEmpty {
                given += state.workers.values.map { ($0, nil) }
                state.workers = [:]
            }
            let wakesTimer = state.queue.isDrained || state.queue.flushTime != nil
            defer { if wakesTimer { state.timer = nil } }
            return wakesTimer ? state.timer : nil
        }
        for continuation in taken { continuation.resume(returning: .success(())) }
        for (worker, batch) in given { worker.resume(returning: batch) }
        timer?.resume()
    }

    /// Ends everything that waits.
    private func close() {
        let (putters, workers, timer) = self.state.withLock { state in
            state.isClosed = true
            let timer = state.timer
            let workers = state.workers.values
            state.timer = nil
            state.workers = [:]
            return (state.putters.removeAll(), Array(workers), timer)
        }
        let error = BatcherError(.closed, "the batcher has ended")
        for putter in putters { putter.resume(returning: .failure(error)) }
        for worker in workers { worker.resume(returning: nil) }
        timer?.resume()
    }
}
