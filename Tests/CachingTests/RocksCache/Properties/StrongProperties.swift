import TestKit
import Testing

@testable import Caching

/// Strong mode under random interleavings.
///
/// Each schedule checks I1 to I5, I7 and I8, and that no call outlives its deadline.
@Suite struct StrongProperties {
    @Test(arguments: Seed.corpus + [.fresh()])
    func `a fetch is never older than the last tag-delete before it`(seed: Seed) async {
        let setup = World.Setup(faults: ModelServer.Faults(slowMax: .milliseconds(400)))
        await expectNoViolation(seed, schedules: 200, setup) { try await Storm().run($0) }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `it is so for many callers of one key`(seed: Seed) async {
        let storm = Storm(callers: 6, operations: 3, keys: ["a"], writes: 0.25, batches: 0.1)
        await expectNoViolation(seed, schedules: 200) { try await storm.run($0) }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `it is so for batches that overlap with each other and with single fetches`(seed: Seed) async {
        let storm = Storm(keys: ["a", "b", "c", "d"], writes: 0.2, batches: 0.7)
        await expectNoViolation(seed, schedules: 150) { try await storm.run($0) }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `it is so when wake-ups are lost and when nobody listens`(seed: Seed) async {
        await expectNoViolation(seed, schedules: 75, World.Setup(wakeProbability: 0.5)) { try await Storm().run($0) }
        await expectNoViolation(seed, schedules: 75, World.Setup(wakeProbability: nil)) { try await Storm().run($0) }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `it is so when loaders take longer than they own the entry`(seed: Seed) async {
        await expectNoViolation(seed, schedules: 150) { try await Storm(slowLoads: 0.6).run($0) }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `it is so when requests and replies are lost or come late`(seed: Seed) async {
        let faults = ModelServer.Faults(slow: 0.1, requestLost: 0.05, replyLost: 0.05, late: 0.8, keyFails: 0.03)
        await expectNoViolation(seed, schedules: 200, World.Setup(faults: faults)) { try await Storm().run($0) }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `it is so when processes die and when Redis forgets everything`(seed: Seed) async {
        let storm = Storm(flushes: 0.4, kills: 0.4)
        await expectNoViolation(seed, schedules: 200) { try await storm.run($0) }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `it is so for writers that hold update locks`(seed: Seed) async {
        let storm = Storm(writes: 0.4, updateLocks: 0.7, kills: 0.2)
        await expectNoViolation(seed, schedules: 150) { try await storm.run($0) }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `it is so for processes whose clocks are wrong`(seed: Seed) async {
        for error in [Duration.seconds(-86_400), .seconds(86_400)] {
            let storm = Storm(clockError: error)
            await expectNoViolation(seed, schedules: 75) { try await storm.run($0) }
        }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `a put is never replaced by a load that began before it`(seed: Seed) async {
        let storm = Storm(keys: ["a"], putKeys: ["p"], slowLoads: 0.3)
        let faults = ModelServer.Faults(slow: 0.1, requestLost: 0.02, replyLost: 0.02)
        await expectNoViolation(seed, schedules: 200, World.Setup(faults: faults)) { try await storm.run($0) }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `a caller fails only with an error that a loader had during its call`(seed: Seed) async {
        let storm = Storm(callers: 5, keys: ["a"], writes: 0.3, batches: 0.2, loaderFailures: 0.4)
        await expectNoViolation(seed, schedules: 200) { try await storm.run($0) }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `after a failover to an older copy all is well once the entries have ended`(seed: Seed) async {
        // A tag-delete may be lost with the old master: what is read meanwhile may be old.
        let storm = Storm(failovers: 0.6, kills: 0.2, rules: World.Rules(isFresh: false))
        await expectNoViolation(seed, schedules: 150) { try await storm.run($0) }
    }
}
