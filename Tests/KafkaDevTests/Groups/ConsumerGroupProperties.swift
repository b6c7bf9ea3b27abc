import NIOCore
import TestKit
import Testing

@testable import KafkaDev

/// Members that join, die, leave, stall and come back at random, in virtual time.
@Suite struct ConsumerGroupProperties {
    /// A client as the group sees it.
    private struct Client {
        var member = ""
        var instance: String?
        var generation: Int32 = -1
        var join: GroupRequestID?
        var sync: GroupRequestID?
    }

    private struct World {
        var fixture: GroupFixture
        var clients: [Client]
        var waiting: Set<GroupRequestID> = []

        /// Takes the answers that have come.
        mutating func collect() {
            for index in self.clients.indices {
                if let id = self.clients[index].join, let answer = self.fixture.joins[id] {
                    self.clients[index].join = nil
                    switch answer.error {
                    case .none, .memberIDRequired:
                        self.clients[index].member = answer.member
                        self.clients[index].generation = answer.error == .none ? answer.generation : -1
                    default: self.clients[index].member = ""
                    }
                }
                if let id = self.clients[index].sync, self.fixture.syncs[id] != nil { self.clients[index].sync = nil }
            }
        }

        mutating func step(_ random: inout SeededGenerator) {
            let index = Int.random(in: self.clients.indices, using: &random)
            let client = self.clients[index]
            switch Int.random(in: 0..<12, using: &random) {
            case 0..<5:
                let id = self.fixture.join(
                    client.member,
                    instance: client.instance,
                    metadata: Bool.random(using: &random) ? "m" : "n",
                    session: 3_000,
                    rebalance: 5_000,
                    version: [3, 5, 9].randomElement(using: &random) ?? 3
                )
                self.waiting.insert(id)
                self.clients[index].join = id
            case 5..<8:
                let assignments = Dictionary(self.fixture.group.members.map { ($0.id, $0.id) }) { first, _ in first }
                let id = self.fixture.sync(client.member, generation: client.generation, assignments: assignments)
                self.waiting.insert(id)
                self.clients[index].sync = id
            case 8: _ = self.fixture.heartbeat(client.member, generation: client.generation)
            case 9: _ = self.fixture.leave(client.member, instance: client.instance)
            case 10: self.clients[index] = Client(instance: client.instance)
            default: self.fixture.advance(Int64.random(in: 0...2_000, using: &random))
            }
            self.collect()
        }
    }

    @Test(arguments: Seed.corpus + [.fresh()]) func `every request is answered once, and a stable group agrees`(
        seed: Seed
    ) {
        var random = seed.generator()
        for _ in 0..<40 {
            let clients = (0..<6).map { Client(instance: $0 < 2 ? "static-\($0)" : nil) }
            var world = World(fixture: GroupFixture(), clients: clients)
            for _ in 0..<300 {
                world.step(&random)
                let group = world.fixture.group
                #expect(Set(group.members.map(\.id)).count == group.members.count, "\(seed)")
                let instances = group.members.compactMap(\.instance)
                #expect(Set(instances).count == instances.count, "\(seed)")
                switch group.phase {
                case .empty: #expect(group.members.isEmpty, "\(seed)")
                case .gathering: #expect(group.members.allSatisfy { $0.waitingSync == nil }, "\(seed)")
                case .assigning:
                    #expect(group.leader.flatMap(group.index) != nil, "\(seed)")
                    #expect(group.members.allSatisfy { $0.waitingJoin == nil }, "\(seed)")
                case .stable: #expect(group.members.allSatisfy { !$0.isWaiting }, "\(seed)")
                }
            }
            // When nobody does anything any more, all answers come and the group is empty.
            world.fixture.advance(100_000)
            let answered = Set(world.fixture.joins.keys).union(world.fixture.syncs.keys)
            #expect(world.waiting.isSubset(of: answered), "\(seed)")
            #expect(world.fixture.doubled == 0, "\(seed)")
            #expect(world.fixture.group.phase == .empty, "\(seed)")
            #expect(world.fixture.generations == world.fixture.generations.sorted(), "\(seed)")
            #expect(Set(world.fixture.generations).count == world.fixture.generations.count, "\(seed)")
        }
    }
}
