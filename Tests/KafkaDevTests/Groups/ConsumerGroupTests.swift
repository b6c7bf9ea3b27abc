import NIOCore
import TestKit
import Testing

@testable import KafkaDev

@Suite struct ConsumerGroupTests {
    @Test func `a lone member joins at once, leads, and gets what it assigned itself`() throws {
        var fixture = GroupFixture()
        let join = try #require(fixture.joins[fixture.join()])
        #expect(join.error == .none)
        #expect(join.generation == 1)
        #expect(join.leader == join.member)
        #expect(join.members.map(\.id) == [join.member])
        let id = fixture.sync(join.member, generation: 1, assignments: [join.member: "all"])
        #expect(fixture.syncs[id]?.assignment == ByteBuffer(string: "all"))
        #expect(fixture.group.phase == .stable)
        #expect(fixture.heartbeat(join.member, generation: 1) == .none)
    }

    @Test func `a second member makes the first one join again, and only the leader learns who is there`() throws {
        var fixture = GroupFixture()
        let first = fixture.stable(1)[0]
        let second = fixture.join()
        #expect(fixture.joins[second] == nil)
        #expect(fixture.heartbeat(first, generation: 1) == .rebalanceInProgress)
        let again = fixture.join(first)
        let (leader, follower) = (try #require(fixture.joins[again]), try #require(fixture.joins[second]))
        #expect(leader.generation == 2)
        #expect(follower.generation == 2)
        #expect(leader.leader == first)
        #expect(leader.members.count == 2)
        #expect(follower.members.isEmpty)
        // The follower waits until the leader has decided.
        let waiting = fixture.sync(follower.member, generation: 2)
        #expect(fixture.syncs[waiting] == nil)
        _ = fixture.sync(first, generation: 2, assignments: [first: "a", follower.member: "b"])
        #expect(fixture.syncs[waiting]?.assignment == ByteBuffer(string: "b"))
        #expect(fixture.generations == [1, 2])
    }

    @Test func `from version 4 on a member gets its id before it joins`() throws {
        var fixture = GroupFixture()
        let refused = try #require(fixture.joins[fixture.join(version: 4)])
        #expect(refused.error == .memberIDRequired)
        #expect(!refused.member.isEmpty)
        #expect(fixture.group.members.isEmpty)
        let joined = try #require(fixture.joins[fixture.join(refused.member, version: 4)])
        #expect(joined.error == .none)
        #expect(joined.member == refused.member)
        // An id that nobody gave out, and one that was not used in time.
        #expect(fixture.joins[fixture.join("other", version: 4)]?.error == .unknownMemberID)
        let late = try #require(fixture.joins[fixture.join(session: 1_000, version: 4)])
        fixture.advance(1_001)
        #expect(fixture.joins[fixture.join(late.member, version: 4)]?.error == .unknownMemberID)
    }

    @Test func `a member without heartbeats is taken out after its session timeout, and the others rebalance`() throws {
        var fixture = GroupFixture()
        let members = fixture.stable(3)
        for _ in 0..<4 {
            fixture.advance(4_000)
            for member in members.dropFirst() { _ = fixture.heartbeat(member, generation: fixture.group.generation) }
        }
        #expect(Set(fixture.group.members.map(\.id)) == Set(members.dropFirst()))
        #expect(fixture.heartbeat(members[1], generation: 3) == .rebalanceInProgress)
        #expect(fixture.heartbeat(members[0], generation: 3) == .unknownMemberID)
        let joins = members.dropFirst().map { fixture.join($0) }
        #expect(joins.allSatisfy { fixture.joins[$0]?.generation == 4 })
        #expect(fixture.group.leader == members[1])
    }

    @Test func `a rebalance ends without those who do not join in time`() throws {
        var fixture = GroupFixture()
        let members = fixture.stable(2)
        let new = fixture.join(rebalance: 5_000)
        // The second member goes on with heartbeats and never joins.
        for _ in 0..<10 {
            fixture.advance(3_000)
            _ = fixture.heartbeat(members[1], generation: 2)
            if fixture.joins[new] == nil,
                fixture.group.members.allSatisfy({ $0.id != members[0] || $0.waitingJoin == nil })
            {
                _ = fixture.join(members[0])
            }
        }
        fixture.advance(5_000)
        #expect(fixture.joins[new]?.error == ErrorCode.none)
        #expect(!fixture.group.members.contains { $0.id == members[1] })
    }

    @Test func `a leader that brings no assignments is replaced after the rebalance timeout`() throws {
        var fixture = GroupFixture()
        let first = try #require(fixture.joins[fixture.join(rebalance: 2_000)]).member
        let second = fixture.join(rebalance: 2_000)
        _ = fixture.join(first, rebalance: 2_000)
        let follower = try #require(fixture.joins[second]).member
        let waiting = fixture.sync(follower, generation: 2)
        fixture.advance(2_000)
        #expect(fixture.syncs[waiting]?.error == .rebalanceInProgress)
        let again = fixture.join(follower, rebalance: 2_000)
        #expect(fixture.joins[again]?.leader == follower)
        #expect(fixture.joins[again]?.generation == 3)
    }

    @Test func `leaving makes the others rebalance, and the last one leaves an empty group`() {
        var fixture = GroupFixture()
        let members = fixture.stable(2)
        #expect(fixture.leave(members[0]) == .none)
        #expect(fixture.leave(members[0]) == .unknownMemberID)
        #expect(fixture.heartbeat(members[1], generation: 2) == .rebalanceInProgress)
        #expect(fixture.leave(members[1]) == .none)
        #expect(fixture.group.phase == .empty)
        #expect(fixture.group.nextTime == nil)
    }

    @Test func `only a member of the present generation may commit`() {
        var fixture = GroupFixture()
        #expect(fixture.group.mayCommit(member: "", instance: nil, generation: -1, now: 0) == .none)
        let member = fixture.stable(1)[0]
        #expect(fixture.group.mayCommit(member: "", instance: nil, generation: -1, now: 0) == .unknownMemberID)
        #expect(fixture.group.mayCommit(member: member, instance: nil, generation: 1, now: 0) == .none)
        #expect(fixture.group.mayCommit(member: member, instance: nil, generation: 0, now: 0) == .illegalGeneration)
        #expect(fixture.group.mayCommit(member: "x", instance: nil, generation: 1, now: 0) == .unknownMemberID)
        // While others join it may still finish its work.
        let second = fixture.join()
        #expect(fixture.group.mayCommit(member: member, instance: nil, generation: 1, now: 0) == .none)
        _ = fixture.join(member)
        #expect(fixture.joins[second]?.generation == 2)
        #expect(fixture.group.mayCommit(member: member, instance: nil, generation: 1, now: 0) == .illegalGeneration)
        #expect(fixture.group.mayCommit(member: member, instance: nil, generation: 2, now: 0) == .rebalanceInProgress)
    }

    @Test func `who comes back under a new id cannot commit for the generation of its old one`() {
        var fixture = GroupFixture()
        let members = fixture.stable(2)
        fixture.advance(9_000)
        _ = fixture.heartbeat(members[1], generation: 2)
        fixture.advance(2_000)
        #expect(fixture.heartbeat(members[0], generation: 2) == .unknownMemberID)
        // It joins, and until the others have joined too the generation is still that of its old membership.
        _ = fixture.join()
        let new = fixture.group.members.map(\.id).first { !members.contains($0) } ?? ""
        #expect(fixture.group.generation == 2)
        #expect(fixture.group.mayCommit(member: new, instance: nil, generation: 2, now: 0) == .illegalGeneration)
        #expect(fixture.group.mayCommit(member: members[1], instance: nil, generation: 2, now: 0) == .none)
    }

    @Test func `a static member comes back without a rebalance, and its old id is fenced`() throws {
        var fixture = GroupFixture()
        let old = try #require(fixture.joins[fixture.join(instance: "one", version: 5)])
        _ = fixture.sync(old.member, generation: 1, assignments: [old.member: "mine"])
        let new = try #require(fixture.joins[fixture.join(instance: "one", version: 5)])
        #expect(new.generation == 1)
        #expect(new.member != old.member)
        let sync = fixture.sync(new.member, generation: 1)
        #expect(fixture.syncs[sync]?.assignment == ByteBuffer(string: "mine"))
        #expect(fixture.group.find(old.member, instance: "one") == .failure(.fencedInstanceID))
        #expect(fixture.leave(old.member, instance: "one") == .fencedInstanceID)
        #expect(fixture.leave("", instance: "one") == .none)
        #expect(fixture.group.phase == .empty)
    }

    @Test func `a protocol that not all know is never chosen, and one that most prefer is`() throws {
        var fixture = GroupFixture()
        let first = try #require(fixture.joins[fixture.join(protocols: ["a", "b"])]).member
        #expect(fixture.joins[fixture.join(protocols: ["c"])]?.error == .inconsistentGroupProtocol)
        let second = fixture.join(protocols: ["b", "a"])
        let third = fixture.join(protocols: ["b", "a", "c"])
        _ = fixture.join(first, protocols: ["a", "b"])
        #expect(fixture.joins[second]?.protocolName == "b")
        #expect(fixture.joins[third]?.protocolName == "b")
    }

    @Test func `what is out of bounds is refused`() {
        var fixture = GroupFixture(GroupLimits(membersMax: 1))
        #expect(fixture.joins[fixture.join(session: 99)]?.error == .invalidSessionTimeout)
        #expect(fixture.joins[fixture.join(session: 1_800_001)]?.error == .invalidSessionTimeout)
        #expect(fixture.joins[fixture.join(session: -5)]?.error == .invalidSessionTimeout)
        #expect(fixture.joins[fixture.join(protocols: [])]?.error == .inconsistentGroupProtocol)
        _ = fixture.stable(1)
        #expect(fixture.joins[fixture.join()]?.error == .groupMaxSizeReached)
    }

    @Test func `with an initial delay the first members begin together`() {
        var fixture = GroupFixture(GroupLimits(initialRebalanceDelayMilliseconds: 500))
        let first = fixture.join()
        fixture.advance(300)
        let second = fixture.join()
        #expect(fixture.joins.isEmpty)
        fixture.advance(200)
        #expect(fixture.joins[first]?.generation == 1)
        #expect(fixture.joins[second]?.generation == 1)
        #expect(fixture.group.members.count == 2)
    }
}
