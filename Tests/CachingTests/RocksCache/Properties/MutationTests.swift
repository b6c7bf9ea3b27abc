import TestKit
import Testing

@testable import Caching

/// Each check of the scripts is needed: without it one of the properties fails, and these tests see that.
@Suite struct MutationTests {
    private static let within = 1500

    private func expectViolation(
        of property: String,
        without part: EntryModel.Part,
        _ consistency: RocksCacheOptions.Consistency = .strong,
        _ storm: Storm = Storm(),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        let setup = World.Setup(options: World.options(consistency), without: [part])
        let finding = await Exploration.finding(.fresh(), schedules: Self.within, setup, of: property) {
            try await storm.run($0)
        }
        #expect(finding != nil, "nothing is missed without \(part)", sourceLocation: sourceLocation)
    }

    private func expectViolation(
        without part: EntryModel.Part,
        _ scenario: @escaping Exploration.Scenario,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        var setup = Scenarios.setup
        setup.without = [part]
        let finding = await Exploration.finding(.fresh(), schedules: Self.within, setup, scenario)
        #expect(finding != nil, "nothing is missed without \(part)", sourceLocation: sourceLocation)
    }

    // MARK: - Store

    @Test func `without the owner check of store an old value is stored`() async {
        await self.expectViolation(of: "I1", without: .ownerCheckOfStore)
    }

    @Test func `without the owner check of store a strong fetch is too old`() async {
        await self.expectViolation(of: "I2", without: .ownerCheckOfStore)
    }

    @Test func `without the unlocking of store an entry stays locked`() async {
        await self.expectViolation(of: "I4", without: .unlockingOfStore)
    }

    // MARK: - Release

    @Test func `without the owner check of release a key is loaded too often`() async {
        await self.expectViolation(without: .ownerCheckOfRelease, Scenarios.lateRelease)
    }

    @Test func `a release that leaves the entry valid makes a strong fetch too old`() async {
        await self.expectViolation(of: "I2", without: .invalidationOfRelease, .strong, Storm(loaderFailures: 0.3))
    }

    // MARK: - Acquire

    @Test func `without the lock check of acquire a key is loaded too often`() async {
        await self.expectViolation(without: .lockCheckOfAcquire, Scenarios.missingKey)
    }

    @Test func `without the expiry of locks nobody takes over from a dead owner`() async {
        await self.expectViolation(without: .expiryOfLocks, Scenarios.deadOwner)
    }

    @Test func `without the value check of acquire a key is loaded too often`() async {
        await self.expectViolation(without: .valueCheckOfAcquire, Scenarios.missingKey)
    }

    @Test func `without a lifetime from acquire an entry has no end`() async {
        await self.expectViolation(of: "I7", without: .lifetimeOfAcquire)
    }

    // MARK: - Invalidate

    @Test func `a tag-delete that leaves the owner lets an old value be stored`() async {
        await self.expectViolation(of: "I1", without: .ownerRemovalOfInvalidate)
    }

    @Test func `a tag-delete that leaves the entry valid makes a strong fetch too old`() async {
        await self.expectViolation(of: "I2", without: .markOfInvalidate)
    }

    @Test func `a tag-delete that leaves the entry its life makes a weak fetch too old`() async {
        await self.expectViolation(of: "I9", without: .lifetimeOfInvalidate, .weak)
    }

    // MARK: - Put and update locks

    @Test func `a put that leaves the lock is replaced by an older load`() async {
        let storm = Storm(keys: ["a"], putKeys: ["p"], slowLoads: 0.3)
        await self.expectViolation(of: "I1", without: .unlockingOfPut, .strong, storm)
    }

    @Test func `without the owner check of update locks two hold an entry`() async {
        await self.expectViolation(without: .ownerCheckOfUpdateLock, Scenarios.twoUpdates)
    }

    @Test func `an update that lost its lock and does not tag-delete leaves an old value`() async {
        await self.expectViolation(without: .invalidationOfUpdateUnlock, Scenarios.lostUpdate)
    }
}
