import Dispatch
import Synchronization
import TestKit
import Testing

/// Runs a scenario in many schedules, and says which of them went wrong.
enum Exploration {
    /// A schedule that went wrong.
    struct Finding: Sendable, CustomStringConvertible {
        var seed: Seed
        var violations: [String]
        var trace: [String]

        var description: String {
            """
            \(self.violations.prefix(3).joined(separator: "; "))
            TEST_SEED=\(self.seed.value) runs this schedule first; its end:
            \(self.trace.suffix(120).joined(separator: "\n"))
            """
        }
    }

    typealias Scenario = @Sendable (World) async throws -> Void

    /// The schedules of each test: as many as are wanted in every run, or one for each thousand of `FUZZ_INPUTS`; never more
    /// of the few that are long.
    static func schedules(_ usual: Int) -> Int {
        usual < 10 ? usual : max(usual, FuzzBudget.inputs(usual: 0) / 1000)
    }

    /// Schedules hold their thread until they are done, so they have threads of their own: as many as there are queues.
    private static let queues = [DispatchQueue(label: "schedules-1"), DispatchQueue(label: "schedules-2")]
    private static let turns = Atomic(0)

    /// The first schedule that goes wrong.
    ///
    /// - Parameters:
    ///   - seed: schedule i has the seed that is i more.
    ///   - schedules: how many at the most.
    ///   - setup: the world of each schedule.
    ///   - property: what a violation must begin with; any one without it.
    ///   - scenario: runs in each.
    /// - Returns: the schedule, `nil` if none goes wrong.
    static func finding(
        _ seed: Seed,
        schedules: Int,
        _ setup: World.Setup,
        of property: String = "",
        _ scenario: @escaping Scenario
    ) async -> Finding? {
        let turn = self.turns.add(1, ordering: .relaxed).newValue
        return await withCheckedContinuation { continuation in
            self.queues[turn % self.queues.count].async {
                for offset in 0..<max(schedules, 1) {
                    let seed = Seed(seed.value &+ UInt64(offset))
                    guard var finding = self.run(seed, setup, isTraced: false, scenario),
                        finding.violations.contains(where: { $0.hasPrefix(property) })
                    else { continue }
                    if let traced = self.run(seed, setup, isTraced: true, scenario) {
                        finding = traced
                    } else {
                        finding.violations.append("which the same seed did not repeat")
                    }
                    continuation.resume(returning: finding)
                    return
                }
                continuation.resume(returning: nil)
            }
        }
    }

    /// One schedule.
    @discardableResult
    static func run(
        _ seed: Seed,
        _ setup: World.Setup,
        isTraced: Bool,
        _ scenario: @escaping Scenario
    ) -> Finding? {
        let schedule = Schedule(seed, isTraced: isTraced)
        let world = World(schedule, setup)
        let ending = schedule.run {
            do {
                try await scenario(world)
            } catch {
                world.violate("the scenario failed: \(error)")
            }
        }
        var violations = world.violations
        if ending != .finished { violations.append("\(ending) after \(schedule.steps) steps, \(schedule.time)") }
        world.tearDown()
        return violations.isEmpty ? nil : Finding(seed: seed, violations: violations, trace: schedule.trace)
    }
}

/// Records an issue for the first schedule that goes wrong.
func expectNoViolation(
    _ seed: Seed,
    schedules: Int,
    _ setup: World.Setup = World.Setup(),
    sourceLocation: SourceLocation = #_sourceLocation,
    _ scenario: @escaping Exploration.Scenario
) async {
    let count = Exploration.schedules(schedules)
    guard let finding = await Exploration.finding(seed, schedules: count, setup, scenario) else { return }
    Issue.record("\(finding)", sourceLocation: sourceLocation)
}

/// One schedule, for tests in which only one order of events matters: virtual time in a fixed order.
func withWorld(
    _ setup: World.Setup = World.Setup(),
    sourceLocation: SourceLocation = #_sourceLocation,
    _ scenario: @escaping Exploration.Scenario
) async {
    guard let finding = await Exploration.finding(Seed(1), schedules: 20, setup, scenario) else { return }
    Issue.record("\(finding)", sourceLocation: sourceLocation)
}
