import TestKit
import Testing

@testable import Caching

/// Weak mode under random interleavings.
///
/// Each schedule checks I1, I3, I4, I7, I8, I9, and that no call outlives its deadline.
@Suite struct WeakProperties {
    private static let setup = World.Setup(
        options: World.options(.weak),
        faults: ModelServer.Faults(slowMax: .milliseconds(400))
    )

    @Test(arguments: Seed.corpus + [.fresh()])
    func `a fetch is never older than what was tag-deleted longer ago than the delay`(seed: Seed) async {
        await expectNoViolation(seed, schedules: 300, Self.setup) { try await Storm(operations: 5).run($0) }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `it is so for batches, also of entries that are partly old`(seed: Seed) async {
        let storm = Storm(keys: ["a", "b", "c", "d"], writes: 0.3, batches: 0.7)
        await expectNoViolation(seed, schedules: 150, Self.setup) { try await storm.run($0) }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `it is so when loaders fail, requests are lost and processes die`(seed: Seed) async {
        var setup = Self.setup
        setup.faults = ModelServer.Faults(slow: 0.1, requestLost: 0.05, replyLost: 0.05, late: 0.8, keyFails: 0.03)
        let storm = Storm(operations: 5, loaderFailures: 0.3, flushes: 0.3, kills: 0.3)
        await expectNoViolation(seed, schedules: 200, setup) { try await storm.run($0) }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `a put is never replaced by a load that began before it`(seed: Seed) async {
        let storm = Storm(keys: ["a"], putKeys: ["p"], slowLoads: 0.3)
        await expectNoViolation(seed, schedules: 150, Self.setup) { try await storm.run($0) }
    }
}
