import Metrics
import ServerRuntime
import Synchronization
import TestKit

@testable import Caching

/// Everything that one schedule is about: a database, a Redis, processes, and what went wrong.
final class World: Sendable {
    /// How a world is made.
    struct Setup: Sendable {
        var options = World.options()
        var faults = ModelServer.Faults.none
        var without: Set<EntryModel.Part> = []
        /// The probability that a process hears of a change it waits for; `nil`: nobody listens.
        var wakeProbability: Double? = 1
    }

    let schedule: Schedule
    let database: ModelDatabase
    let server: ModelServer
    let setup: Setup
    private let collected: Violations
    private let processesSoFar = Mutex<[ModelProcess]>([])

    init(_ schedule: Schedule, _ setup: Setup) {
        let violations = Violations(schedule)
        self.schedule = schedule
        self.setup = setup
        self.database = ModelDatabase(schedule)
        self.server = ModelServer(
            schedule,
            self.database,
            faults: setup.faults,
            without: setup.without,
            violate: { violations.add($0) }
        )
        self.collected = violations
    }

    /// Options with short times, so that much happens in little of it.
    static func options(
        _ consistency: RocksCacheOptions.Consistency = .strong,
        _ change: (inout RocksCacheOptions) -> Void = { _ in }
    ) -> RocksCacheOptions {
        var options = RocksCacheOptions()
        options.consistency = consistency
        options.delay = .seconds(2)
        options.lockExpire = .seconds(1)
        options.lockSleep = .milliseconds(200)
        options.emptyExpire = .seconds(3)
        change(&options)
        return options
    }

    // MARK: - Processes

    var processes: [ModelProcess] { self.processesSoFar.withLock { $0 } }

    /// Starts one more process.
    func process(
        clockError: Duration = .zero,
        metrics: any MetricsFactory = NOOPMetricsHandler.instance,
        _ change: (inout RocksCacheOptions) -> Void = { _ in }
    ) throws -> ModelProcess {
        var options = self.setup.options
        change(&options)
        let number = self.processes.count
        let process = try ModelProcess(number, self.server, options, clockError: clockError, metrics: metrics)
        self.processesSoFar.withLock { $0.append(process) }
        if let probability = self.setup.wakeProbability {
            process.cache.engine.wakeUps.setListening(true)
            self.server.listen { [schedule] key in
                if schedule.chance(probability) { process.hear(key) }
            }
        }
        return process
    }

    // MARK: - Findings

    var violations: [String] { self.collected.all }

    func violate(_ text: String) { self.collected.add(text) }

    func expect(_ isMet: Bool, _ text: @autoclosure () -> String) {
        if !isMet { self.violate(text()) }
    }

    func tearDown() {
        self.server.tearDown()
        self.processesSoFar.withLock { $0 = [] }
    }

    // MARK: - Time

    /// Lets some time pass.
    func sleep(_ duration: Duration) async throws {
        try await self.schedule.sleep(for: duration)
    }

    /// Waits for all, also those whose process dies meanwhile.
    func finish<Value>(_ calls: [Call<Value>]) async {
        for call in calls { _ = await call.result }
    }
}
