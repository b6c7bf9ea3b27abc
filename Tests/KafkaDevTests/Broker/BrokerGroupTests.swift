import NIOCore
import TestKit
import Testing

@testable import KafkaDev

@Suite struct BrokerGroupTests {
    private func join(
        _ broker: BrokerFixture,
        _ member: String = "",
        connection: UInt64 = 1
    ) async throws
        -> JoinGroupAPI.Response
    {
        try await broker.call(JoinGroupAPI.self, version: 3, connection: connection) {
            $0.group = "g"
            $0.member = member
            $0.sessionTimeoutMilliseconds = 120_000
            $0.rebalanceTimeoutMilliseconds = 120_000
            $0.protocolType = "consumer"
            $0.protocols = [.init(name: "range", metadata: ByteBuffer(string: "m"))]
        }
    }

    private func commit(
        _ broker: BrokerFixture,
        _ offset: Int64,
        member: String = "",
        generation: Int32 = -1
    ) async throws
        -> ErrorCode?
    {
        try await broker.call(OffsetCommitAPI.self) {
            $0.group = "g"
            $0.member = member
            $0.generation = generation
            $0.topics = [.init(name: "t", partitions: [.init(index: 1, offset: offset, metadata: "note")])]
        }.topics.first?.partitions.first?.error
    }

    @Test func `offsets are kept over a restart and fenced by the group`() async throws {
        let files = ForgetfulFileLayer()
        var member = ""
        var generation: Int32 = 0
        try await BrokerFixture.with(files) { broker in
            #expect(try await self.commit(broker, 3) == ErrorCode.none)
            let joined = try await self.join(broker)
            (member, generation) = (joined.member, joined.generation)
            #expect(try await self.commit(broker, 4) == .unknownMemberID)
            #expect(try await self.commit(broker, 4, member: member, generation: generation) == .rebalanceInProgress)
            _ = try await broker.call(SyncGroupAPI.self, version: 3) {
                $0.group = "g"
                $0.member = member
                $0.generation = generation
            }
            #expect(try await self.commit(broker, 5, member: member, generation: generation) == ErrorCode.none)
            #expect(try await self.commit(broker, 6, member: member, generation: generation - 1) == .illegalGeneration)
        }
        try await BrokerFixture.with(files) { broker in
            #expect(try await self.commit(broker, 7, member: member, generation: generation) == .unknownMemberID)
            for version in APIKey.offsetFetch.versions {
                let fetched = try await broker.call(OffsetFetchAPI.self, version: version) {
                    $0.group = "g"
                    $0.topics = [.init(name: "t", partitions: [0, 1])]
                }
                #expect(fetched.topics.first?.partitions.map(\.offset) == [-1, 5])
                #expect(fetched.topics.first?.partitions.last?.metadata == "note")
            }
            // Generations go on, so that nothing of before the restart looks new.
            #expect(try await self.join(broker).generation > generation)
        }
    }

    /// A member of group `g` that has committed 5 for partition 0.
    private func committed(_ broker: RestartingBroker) async throws -> JoinGroupAPI.Response {
        let ticket = try await broker.send(JoinGroupAPI.self, 3) {
            $0.group = "g"
            $0.sessionTimeoutMilliseconds = 10_000
            $0.protocolType = "consumer"
            $0.protocols = [.init(name: "range", metadata: ByteBuffer(string: "m"))]
        }
        let joined = try #require(try broker.answer(JoinGroupAPI.self, ticket))
        _ = try await broker.ask(SyncGroupAPI.self) {
            $0.group = "g"
            $0.member = joined.member
            $0.generation = joined.generation
        }
        #expect(try await self.commit(broker, 5, joined.member, joined.generation) == ErrorCode.none)
        return joined
    }

    private func commit(
        _ broker: RestartingBroker,
        _ offset: Int64,
        _ member: String = "",
        _ generation: Int32 = -1
    ) async throws -> ErrorCode? {
        try await broker.ask(OffsetCommitAPI.self) {
            $0.group = "g"
            $0.member = member
            $0.generation = generation
            $0.topics = [.init(name: "t", partitions: [.init(index: 0, offset: offset)])]
        }.topics.first?.partitions.first?.error
    }

    private func fetched(_ broker: RestartingBroker) async throws -> Int64? {
        try await broker.ask(OffsetFetchAPI.self) {
            $0.group = "g"
            $0.topics = [.init(name: "t", partitions: [0])]
        }.topics.first?.partitions.first?.offset
    }

    @Test func `after a restart nobody else commits for a group until its members must be dead`() async throws {
        try await RestartingBroker.with(.never) { broker in
            _ = try await self.committed(broker)
            try await broker.crash(keeping: nil)
            #expect(try await self.commit(broker, 3) == .unknownMemberID)
            #expect(try await self.fetched(broker) == 5)
            try await broker.advance(10_000)
            #expect(try await self.commit(broker, 3) == ErrorCode.none)
            #expect(try await self.fetched(broker) == 3)
        }
    }

    @Test func `offsets live as long as members do, and their time from then on`() async throws {
        let week: Int64 = 7 * 86_400_000
        try await RestartingBroker.with(.never) { broker in
            _ = try await self.committed(broker)
            // The restart cuts the member off when its last commit is old already.
            broker.clock.advance(2 * week)
            try await broker.crash(keeping: nil)
            try await broker.applyRetention()
            #expect(try await self.fetched(broker) == 5)
            try await broker.advance(10_000)
            try await broker.applyRetention()
            #expect(try await self.fetched(broker) == 5)
            try await broker.advance(week + 1)
            try await broker.applyRetention()
            #expect(try await self.fetched(broker) == -1)
        }
    }

    @Test func `groups are listed, described and forgotten`() async throws {
        try await BrokerFixture.with { broker in
            _ = try await self.commit(broker, 1)
            let member = try await self.join(broker).member
            for version in APIKey.listGroups.versions {
                let groups = try await broker.call(ListGroupsAPI.self, version: version).groups
                #expect(groups.map(\.name) == ["g"])
            }
            #expect(try await broker.call(ListGroupsAPI.self) { $0.states = ["Stable"] }.groups.isEmpty)
            for version in APIKey.describeGroups.versions {
                let described = try await broker.call(DescribeGroupsAPI.self, version: version) {
                    $0.groups = ["g", "x"]
                }
                #expect(described.groups.map(\.state) == ["CompletingRebalance", "Dead"])
                #expect(described.groups.first?.members.map(\.id) == [member])
            }
            func delete() async throws -> ErrorCode? {
                try await broker.call(DeleteGroupsAPI.self) { $0.groups = ["g"] }.results.first?.error
            }
            #expect(try await delete() == .nonEmptyGroup)
            let forget = try await broker.call(OffsetDeleteAPI.self) {
                $0.group = "g"
                $0.topics = [.init(name: "t", partitions: [1])]
            }
            #expect(forget.topics.first?.partitions.first?.error == .groupSubscribedToTopic)
            let left = try await broker.call(LeaveGroupAPI.self) {
                $0.group = "g"
                $0.members = [.init(id: member)]
            }
            #expect(left.members.first?.error == ErrorCode.none)
            #expect(try await delete() == ErrorCode.none)
            #expect(try await delete() == .groupIDNotFound)
        }
    }

    @Test func `a join waits for the members that are known, on its own connection`() async throws {
        try await BrokerFixture.with { broker in
            let first = try await self.join(broker)
            async let second = self.join(broker, connection: 2)
            let isWaiting = try await eventually(within: .seconds(60)) {
                try await broker.call(HeartbeatAPI.self) {
                    $0.group = "g"
                    $0.member = first.member
                    $0.generation = first.generation
                }.error == .rebalanceInProgress
            }
            #expect(isWaiting)
            let again = try await self.join(broker, first.member)
            #expect(again.generation == 2)
            #expect(try await second.generation == 2)
            #expect(again.members.count == 2)
        }
    }

    @Test func `too much text beside an offset and too much metadata of a member are refused`() async throws {
        try await BrokerFixture.with(setting: \.limits.memberBytesMax, to: 100) { broker in
            let response = try await broker.call(OffsetCommitAPI.self) {
                $0.group = "g"
                let text = String(repeating: "x", count: 4_097)
                $0.topics = [.init(name: "t", partitions: [.init(index: 0, offset: 1, metadata: text)])]
            }
            #expect(response.topics.first?.partitions.first?.error == .offsetMetadataTooLarge)
            let joined = try await broker.call(JoinGroupAPI.self) {
                $0.group = "g"
                $0.sessionTimeoutMilliseconds = 10_000
                $0.protocolType = "consumer"
                $0.protocols = [.init(name: "range", metadata: ByteBuffer(repeating: 1, count: 200))]
            }
            #expect(joined.error == .invalidRequest)
        }
    }
}
