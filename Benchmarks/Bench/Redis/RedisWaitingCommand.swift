import ArgumentParser
import CRedisBaseline
import Foundation
import Logging
import Redis
import ServerRuntime
import Synchronization

/// Prints by how many bytes this process grows while many calls wait for a server that is stopped meanwhile.
///
/// A part of the measurements of Redis, which start it.
struct RedisWaitingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "redis-waiting", shouldDisplay: false)

    /// Who waits.
    enum Side: String, ExpressibleByArgument {
        /// Tasks that call the Swift client.
        case client
        /// Tasks that wait for something without a client: what tasks take by themselves.
        case tasks
        /// Callbacks of hiredis.
        case c
    }

    @Option var port: Int
    @Option var pid: Int32
    @Option var calls: Int
    @Option var side = Side.client

    func run() async throws {
        // The server goes on however this ends; the parent sees to it as well.
        defer { kill(self.pid, SIGCONT) }
        switch self.side {
        case .client: print(try await self.growthInSwift())
        case .tasks: print(try await self.growthOfTasks())
        case .c: print(try await self.growthInC())
        }
    }

    private final class Counter: Sendable {
        let value = Atomic<Int>(0)
    }

    private final class Waiters: Sendable {
        let all = Mutex<[UnsafeContinuation<Void, Never>]>([])
    }

    private func growthInC() async throws -> Int {
        let (port, pid, calls) = (Int32(clamping: self.port), self.pid, Int32(clamping: self.calls))
        return try await onThread {
            var outcome = redis_baseline_outcome()
            guard let waiting = redis_baseline_waiting_connect(port, &outcome) else {
                throw BenchFailure(outcome.message)
            }
            kill(pid, SIGSTOP)
            let before = try ProcessMemory.resident()
            var isFine = redis_baseline_waiting_send(waiting, calls, &outcome)
            let after = try ProcessMemory.resident()
            kill(pid, SIGCONT)
            isFine = redis_baseline_waiting_finish(waiting, &outcome) && isFine
            guard isFine else { throw BenchFailure(outcome.message) }
            return after - before
        }
    }

    private func growthInSwift() async throws -> Int {
        let configuration = RedisConfiguration(
            port: self.port,
            commandTimeout: .seconds(60),
            stallTimeout: .seconds(60)
        )
        let redis = RedisClient(configuration, logger: Logger(label: "bench"))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await redis.run() }
            defer { group.cancelAll() }
            // The threads of the pool and the connection are not what is measured.
            try await self.callAll(redis, 100) {}
            kill(self.pid, SIGSTOP)
            let before = try ProcessMemory.resident()
            let after = Counter()
            let pid = self.pid
            try await self.callAll(redis, self.calls) {
                after.value.store(try ProcessMemory.resident(), ordering: .relaxed)
                kill(pid, SIGCONT)
            }
            return after.value.load(ordering: .relaxed) - before
        }
    }

    private func growthOfTasks() async throws -> Int {
        let waiters = Waiters()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            func addTasks(_ count: Int) async throws {
                for _ in 0..<count {
                    group.addTask {
                        await withUnsafeContinuation { waiter in waiters.all.withLock { $0.append(waiter) } }
                    }
                }
                try await Task.sleep(for: .milliseconds(300))
            }
            try await addTasks(100)
            let before = try ProcessMemory.resident()
            try await addTasks(self.calls)
            let after = try ProcessMemory.resident()
            waiters.all.withLock { for waiter in $0 { waiter.resume() } }
            try await group.waitForAll()
            return after - before
        }
    }

    /// Makes calls at once, runs `body` when all of them have had the time to be sent, and waits for all replies.
    private func callAll(_ redis: RedisClient, _ count: Int, _ body: @Sendable () throws -> Void) async throws {
        let begun = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count {
                group.addTask {
                    begun.value.add(1, ordering: .relaxed)
                    _ = try await redis.send(.get("bench:0", as: [UInt8].self))
                }
            }
            let end = ContinuousClock.now.advanced(by: .seconds(20))
            while begun.value.load(ordering: .relaxed) < count {
                guard ContinuousClock.now < end else { throw BenchFailure("the calls did not begin") }
                try await Task.sleep(for: .milliseconds(10))
            }
            // The last ones have begun and may not wait yet.
            try await Task.sleep(for: .milliseconds(300))
            try body()
            try await group.waitForAll()
        }
    }
}
