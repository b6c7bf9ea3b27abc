import Kafka
import ServerRuntime
import Testing

extension KafkaAdminSuites {
    @Suite struct Groups {
        private let first = KafkaTopicPartition(topic: "a", partition: 0)
        private let second = KafkaTopicPartition(topic: "a", partition: 1)

        @Test func `a group with a member is listed and described with its lag`() async throws {
            try await KafkaAdminFixture.with { fixture in
                try await fixture.create("a", partitions: 2)
                try await fixture.fill("a", count: 10)
                try await fixture.consuming("a", group: "g") {
                    try await fixture.reaches("g", self.first, lag: 0)
                    try await fixture.fill("a", partition: 1, count: 1)
                    try await fixture.reaches("g", self.second, lag: 0)
                    let listed = try await fixture.admin.listGroups(deadline: fixture.soon)
                    #expect(listed.map(\.id) == ["g"])
                    #expect(listed.first?.state == .stable)
                    let group = try await fixture.admin.describeGroups(["g"], deadline: fixture.soon)["g"]?.get()
                    #expect(group?.state == .stable)
                    #expect(group?.assignor == "cooperative-sticky")
                    #expect(group?.members.count == 1)
                    #expect(group?.members.first?.clientID == "test")
                    #expect(group?.members.first?.partitions == [self.first, self.second])
                    let lag = try await fixture.admin.groupLag("g", deadline: fixture.soon)
                    #expect(try lag[self.first]?.get().committed == 10)
                    #expect(try lag[self.first]?.get().watermarks == 0..<10)
                    #expect(try lag[self.first]?.get().memberID == group?.members.first?.id)
                }
            }
        }

        @Test func `offsets of a group with members are not changed from outside`() async throws {
            try await KafkaAdminFixture.with { fixture in
                try await fixture.create("a", partitions: 2)
                try await fixture.fill("a", count: 10)
                try await fixture.consuming("a", group: "g") {
                    try await fixture.reaches("g", self.first, lag: 0)
                    let reset = try await fixture.failure {
                        try await fixture.admin.resetGroupOffsets(
                            "g",
                            of: [self.first],
                            to: .earliest,
                            deadline: fixture.soon
                        )[self.first]?.get()
                    }
                    #expect(reset?.code == .groupNotEmpty)
                    #expect(reset?.group == "g")
                    let deleted = try await fixture.admin.deleteGroups(["g"], deadline: fixture.soon)
                    #expect(deleted["g"]?.failure?.code == .groupNotEmpty)
                    #expect(try await fixture.admin.groupOffsets("g", deadline: fixture.soon)[self.first]?.get() == 10)
                }
            }
        }

        @Test func `an empty group goes wherever it is sent`() async throws {
            try await KafkaAdminFixture.with { fixture in
                try await fixture.create("a", partitions: 2)
                try await fixture.fill("a", count: 10)
                try await fixture.fill("a", partition: 1, count: 4)
                let targets: [(KafkaOffsetTarget, Int64?, Int64?)] = [
                    (.latest, 10, 4), (.earliest, 0, 0), (.offset(4), 4, 4), (.time(1_700_000_003_500), 4, 4),
                    (.time(1_700_000_001_000), 1, 1), (.offset(7), 7, nil),
                ]
                for (target, first, second) in targets {
                    let reset = try await fixture.admin.resetGroupOffsets(
                        "g",
                        of: [self.first, self.second],
                        to: target,
                        deadline: fixture.soon
                    )
                    #expect(try reset[self.first]?.get() == first, "\(target)")
                    let other = reset[self.second]
                    if let second {
                        #expect(try other?.get() == second, "\(target)")
                    } else {
                        #expect(other?.failure?.code == .offsetOutOfRange, "\(target)")
                        #expect(other?.failure?.partition == 1)
                    }
                }
                let offsets = try await fixture.admin.groupOffsets("g", deadline: fixture.soon)
                #expect(try offsets[self.first]?.get() == 7)
                #expect(try offsets[self.second]?.get() == 1)
                let lag = try await fixture.admin.groupLag("g", deadline: fixture.soon)
                #expect(try lag[self.first]?.get().records == 3)
                #expect(try lag[self.second]?.get().records == 3)
                #expect(try lag[self.first]?.get().memberID == nil)
            }
        }

        @Test func `a group is deleted, and one that does not exist is unknown`() async throws {
            try await KafkaAdminFixture.with { fixture in
                try await fixture.create("a", partitions: 1)
                let altered = try await fixture.admin.alterGroupOffsets("g", [self.first: 0], deadline: fixture.soon)
                try altered[self.first]?.get()
                let described = try await fixture.admin.describeGroups(["g", "none"], deadline: fixture.soon)
                #expect(try described["g"]?.get().state == .empty)
                #expect(try described["none"]?.get().state == .dead)
                let deleted = try await fixture.admin.deleteGroups(["g", "none"], deadline: fixture.soon)
                try deleted["g"]?.get()
                #expect(deleted["none"]?.failure?.code == .unknownGroup)
                #expect(deleted["none"]?.failure?.group == "none")
                #expect(try await fixture.admin.listGroups(deadline: fixture.soon).isEmpty)
                #expect(try await fixture.admin.groupOffsets("g", deadline: fixture.soon).isEmpty)
            }
        }
    }
}

extension KafkaAdminFixture {
    /// Waits until a group has come so far in a partition.
    fileprivate func reaches(_ group: String, _ id: KafkaTopicPartition, lag: Int64) async throws {
        while true {
            let found = try await self.admin.groupLag(group, deadline: self.soon)[id]
            if try found?.get().records == lag { return }
            // The suite's time limit ends a test that waits in vain.
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// The error of a call, of the whole or of an item.
    fileprivate func failure<Value>(_ body: () async throws -> Value) async throws -> KafkaError? {
        do {
            _ = try await body()
            return nil
        } catch let error as KafkaError {
            return error
        }
    }
}
