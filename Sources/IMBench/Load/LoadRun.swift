import NIOCore
import NIOPosix
import ServerRuntime

/// Runs a load from the first connection to the last delivery.
final class LoadRun: Sendable {
    /// Connections that are made at once.
    private static let connectsMax = 64

    let plan: LoadPlan
    let cast: Cast
    private let group: MultiThreadedEventLoopGroup
    private let writer: NIOThreadPool
    private let loops: [NIOLoopBound<LoadLoop>]

    /// - Parameters:
    ///   - plan: what to do.
    ///   - cast: who takes part.
    ///   - logFolder: an existing folder where everything is written down; nil: nowhere.
    /// - Throws: when a log file cannot be made, or memory is short.
    init(_ plan: LoadPlan, cast: Cast, logFolder: String?) async throws {
        self.plan = plan
        self.cast = cast
        self.group = MultiThreadedEventLoopGroup(numberOfThreads: plan.threads)
        self.writer = NIOThreadPool(numberOfThreads: 1)
        self.writer.start()
        var loops: [NIOLoopBound<LoadLoop>] = []
        let writer = self.writer
        for (number, eventLoop) in self.group.makeIterator().enumerated() {
            loops.append(
                try await eventLoop.submit {
                    let logs = try logFolder.map { try LoadLogs(folder: $0, number: number, writer: writer) }
                    let loop = try LoadLoop(plan, run: cast.run, logs: logs, eventLoop: eventLoop)
                    return NIOLoopBound(loop, eventLoop: eventLoop)
                }.get()
            )
        }
        self.loops = loops
    }

    /// Connects all users; returns when each is admitted.
    ///
    /// - Throws: `LoadFailure` when one is refused.
    func connect(_ peers: [LoadPeer], roster: LoadRoster) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (position, peer) in peers.enumerated() {
                if position >= Self.connectsMax { try await group.next() }
                let frame = try self.plan.sends(peer.index) ? Self.frame(peer.index, roster, self.plan) : nil
                // Members of a chat share a loop.
                let loop = self.loops[self.plan.chat(of: peer.index) % self.loops.count]
                group.addTask {
                    try await loop.eventLoop.flatSubmit { loop.value.add(peer, frame: frame) }.get()
                }
            }
            try await group.waitForAll()
        }
    }

    private static func frame(_ index: Int, _ roster: LoadRoster, _ plan: LoadPlan) throws -> SendFrame {
        try SendFrame(roster.message(of: index, bodyBytes: plan.bodyBytes), operationID: "load-\(index)")
    }

    /// Sends until the plan's limit is reached, then waits for what is under way.
    ///
    /// - Parameter atStart: called when the warm-up is over.
    /// - Returns: when sending began and ended, the end of the warm-up, and when the last delivery was waited for.
    /// - Throws: what `atStart` throws, and `CancellationError`.
    func send(atStart: @Sendable () async throws -> Void) async throws -> LoadTimes {
        let start = MonotonicTime.now() + 20_000
        let measureFrom = start + Int64(self.plan.warmUp / .microseconds(1))
        var times = LoadTimes(start: start, measureFrom: measureFrom)
        let weights = try await self.loops.asyncMap { loop in
            try await loop.eventLoop.submit { loop.value.clients.reduce(0) { $0 + ($1.isSender ? 1 : 0) } }.get()
        }
        let total = Double(max(1, weights.reduce(0, +)))
        for (loop, weight) in zip(self.loops, weights) {
            let share = Double(weight) / total
            let rate: Double? = if case .rate(let rate) = self.plan.pace { rate * share } else { nil }
            let messages: Int =
                if case .messages(let count) = self.plan.limit { Int((Double(count) * share).rounded()) } else { .max }
            try await loop.eventLoop.submit {
                loop.value.begin(start: start, measureFrom: measureFrom, rate: rate, messagesMax: messages)
            }.get()
        }
        try await Self.sleep(until: measureFrom)
        try await atStart()
        try await self.waitForLimit(times)
        for loop in self.loops { try await loop.eventLoop.submit { loop.value.stop() }.get() }
        times.stop = MonotonicTime.now()
        try await self.drain()
        times.end = MonotonicTime.now()
        return times
    }

    private func waitForLimit(_ times: LoadTimes) async throws {
        switch self.plan.limit {
        case .duration(let duration):
            try await Self.sleep(until: times.measureFrom + Int64(duration / .microseconds(1)))
        case .messages:
            while true {
                let spent = try await self.loops.asyncMap { loop in
                    try await loop.eventLoop.submit { loop.value.isSpent || loop.value.clients.isEmpty }.get()
                }
                if spent.allSatisfy({ $0 }) { return }
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }

    /// How long nothing may arrive before what is missing counts as lost: a consumer group notices a dead member, and hands
    /// its partitions on, within 10 s.
    private static let idleMax = Duration.seconds(15)

    /// Waits until every message is answered and delivered, or nothing has come for `idleMax`, or the plan's time is over.
    private func drain() async throws {
        let deadline = Deadline.after(self.plan.drainMax)
        var last = (accepted: -1, delivered: -1)
        var idle = Deadline.after(Self.idleMax)
        while !deadline.hasPassed {
            let counts = try await self.counts()
            let expected = counts.accepted * (self.plan.chatSize - 1)
            if counts.unanswered == 0, counts.delivered >= expected { return }
            if (counts.accepted, counts.delivered) != last {
                last = (counts.accepted, counts.delivered)
                idle = .after(Self.idleMax)
            }
            if idle.hasPassed, counts.unanswered == 0 { return }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// What was counted so far.
    func counts() async throws -> LoadCounts {
        var counts = LoadCounts()
        for loop in self.loops { counts.merge(try await loop.eventLoop.submit { loop.value.snapshot() }.get()) }
        return counts
    }

    /// Closes all connections and files, and ends the threads.
    ///
    /// - Throws: `LoadFailure` when the log could not be written.
    func close() async throws {
        var outcomes: [@Sendable () -> String?] = []
        for loop in self.loops { outcomes += try await loop.eventLoop.submit { loop.value.end() }.get() }
        try await self.writer.shutdownGracefully()
        try await self.group.shutdownGracefully()
        for outcome in outcomes {
            if let reason = outcome() { throw LoadFailure("the log is incomplete: \(reason)") }
        }
    }

    private static func sleep(until instant: Int64) async throws {
        try await Task.sleep(for: .microseconds(max(0, instant - MonotonicTime.now())))
    }
}

extension Array {
    /// The results of `body` for all elements, one after the other.
    fileprivate func asyncMap<Result>(_ body: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await body(element)) }
        return results
    }
}
