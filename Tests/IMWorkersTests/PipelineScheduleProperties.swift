import Foundation
import TestKit
import Testing

/// The promises of the pipeline under schedules that seeds make.
///
/// To run a failure again, set `TEST_SEED` to the number that it printed, and `PIPELINE_SCHEDULES` to 1. With
/// `PIPELINE_SCHEDULES` set to a number, so many schedules are run instead of the short form.
@Suite struct PipelineScheduleProperties {
    private static let steps = 250

    /// How many schedules are run for each seed.
    private static var count: Int {
        ProcessInfo.processInfo.environment["PIPELINE_SCHEDULES"].flatMap { Int($0) } ?? 300
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `whatever fails, restarts or comes late, the promises hold`(seed: Seed) {
        for number in 0..<UInt64(Self.count) {
            let schedule = Seed(seed.value &+ number)
            var chaos = ModelChaos(seed: schedule)
            let broken = chaos.run(steps: Self.steps)
            let trace = chaos.world.schedule.trace
            guard broken.isEmpty else {
                Issue.record("\(schedule): \(broken.joined(separator: "; "))\n\(trace.joined(separator: "\n"))")
                return
            }
        }
    }

    @Test(arguments: Seed.corpus)
    func `a seed makes the same schedule each time`(seed: Seed) {
        let traces = (0..<2).map { _ in
            var chaos = ModelChaos(seed: seed)
            _ = chaos.run(steps: Self.steps)
            return chaos.world.schedule.trace
        }
        #expect(traces[0] == traces[1], "\(seed)")
    }

    /// All but the one that needs a trimmed history, which no schedule makes.
    private static let mutations = ModelMutation.allCases.filter { $0 != .maxFromSlots }

    @Test(arguments: Self.mutations)
    func `the schedules find every part of the design that is missing`(mutation: ModelMutation) {
        for number in 0..<UInt64(600) {
            var chaos = ModelChaos(seed: Seed(number), mutation: mutation)
            guard chaos.run(steps: Self.steps).isEmpty else { return }
        }
        Issue.record("no schedule breaks without it")
    }
}
