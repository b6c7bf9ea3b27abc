import TestKit
import Testing

@testable import KafkaDev

/// Offsets of a group whose members and broker die at random, in virtual time.
@Suite struct OffsetCommitProperties {
    @Test(arguments: [FsyncPolicy.never, .always], Seed.corpus + [.fresh()])
    func `a confirmed commit stays until the next one, and only a member of the generation makes one`(
        fsync: FsyncPolicy,
        seed: Seed
    ) async throws {
        var random = seed.generator()
        var (confirmed, refused) = (0, 0)
        for _ in 0..<20 {
            try await RestartingBroker.with(fsync) { broker in
                var world = GroupWorld(broker, fsync, seed: seed, random: SeededGenerator(seed: random.next()))
                for _ in 0..<250 { try await world.step() }
                confirmed += world.confirmed
                refused += world.refused
            }
        }
        // Otherwise the test looks at nothing.
        #expect(confirmed > 100 && refused > 100, "\(seed): \(confirmed) confirmed, \(refused) refused")
    }
}
