import Glibc
import ServerRuntime

/// What the thread of a `RedisEventLoop` does, turn by turn.
///
/// Everything here runs on that thread.
final class EventLoopThread {
    /// A turn that resumed so many callers lets them run before it sleeps: their next commands then go out together.
    private static let gatheringCallersMin = 5
    /// How often it lets them run.
    private static let yieldsToCallers = 3

    /// So many jobs run before a look at what they have to send.
    private static let jobsBetweenSends = 16

    private var resumedCount = 0
    private let loop: RedisEventLoop
    private let poller = Poller()
    private let buffer = ReceiveBuffer()
    private var drivers: [UInt64: ConnectionDriver] = [:]
    private var intake = RedisEventLoop.Intake()

    /// Returns `nil` when the system has no descriptor left.
    init?(loop: RedisEventLoop) {
        self.loop = loop
        guard self.poller.isUsable, loop.wakeUp.descriptor >= 0 else { return nil }
        do throws(RedisError) {
            try self.poller.add(loop.wakeUp.descriptor, id: 0, forWriting: false)
        } catch {
            return nil
        }
    }

    /// Works until the loop is closed; then closes all connections.
    func run() {
        while true {
            self.loop.take(into: &self.intake)
            self.open(self.intake.opened)
            if self.intake.isClosing { break }
            self.runJobs()
            let now = Deadline.now
            self.attend(self.intake.attended, at: now)
            let timer = self.visitDue(at: now)
            if self.resumedCount >= Self.gatheringCallersMin, !self.loop.hasJobs {
                self.resumedCount = 0
                for _ in 0..<Self.yieldsToCallers { sched_yield() }
                continue
            }
            self.resumedCount = 0
            self.wait(until: timer)
        }
        for driver in self.drivers.values { driver.close(RedisError(.closed, "the client is closed")) }
        let rest = self.loop.finish()
        for connection in rest.opened { connection.abandon(RedisError(.closed, "the client is closed")) }
        // From here on they run elsewhere.
        for job in self.intake.jobs + rest.jobs { self.loop.enqueue(ExecutorJob(job)) }
    }

    /// Runs the jobs of tasks, and sends in between what they have to say: the servers must not fall idle.
    private func runJobs() {
        let executor = self.loop.asUnownedTaskExecutor()
        for (index, job) in self.intake.jobs.enumerated() {
            if index > 0, index.isMultiple(of: Self.jobsBetweenSends) { self.sendWhatIsWorthIt() }
            job.runSynchronously(on: executor)
        }
    }

    private func sendWhatIsWorthIt() {
        // They stay in the list: the rest is sent when all jobs have run.
        self.intake.attended += self.loop.takeAttended()
        for id in self.intake.attended where self.drivers[id]?.connection.isWorthSending == true {
            self.visit(id) { $0.transmit() }
        }
    }

    private func attend(_ ids: [UInt64], at now: Deadline) {
        for id in ids { self.visit(id) { $0.attend(at: now) } }
    }

    private func open(_ connections: [NodeConnection]) {
        for connection in connections {
            let driver = ConnectionDriver(connection, loop: self.loop, poller: self.poller, buffer: self.buffer)
            self.drivers[connection.id] = driver
            driver.attend(at: .now)
        }
    }

    /// Lets a driver work, and forgets it when it has ended.
    private func visit(_ id: UInt64, _ body: (ConnectionDriver) -> Void) {
        guard let driver = self.drivers[id] else { return }
        body(driver)
        if driver.hasEnded { self.drivers[id] = nil }
    }

    /// Lets the drivers work whose time has come; returns when the next one must.
    private func visitDue(at now: Deadline) -> Deadline? {
        var next: Deadline?
        for (id, driver) in self.drivers {
            if let due = driver.nextTimer, due <= now { self.visit(id) { $0.timePassed(at: now) } }
            if let due = driver.nextTimer, next.map({ due < $0 }) ?? true { next = due }
        }
        return next
    }

    private func wait(until timer: Deadline?) {
        let isAwake = !self.loop.mayFallAsleep()
        let timeout = isAwake ? 0 : timer?.remainingMilliseconds ?? -1
        var isNoted = isAwake
        self.poller.wait(milliseconds: timeout) { event in
            if !isNoted {
                isNoted = true
                self.loop.hasWoken()
            }
            if event.id == 0 {
                self.loop.wakeUp.reset()
            } else {
                self.visit(event.id) { driver in
                    driver.happened(event)
                    self.resumedCount += driver.resumedCount
                    driver.resumedCount = 0
                }
            }
        }
    }
}
