import NIOCore

@testable import KafkaDev

/// A group with a clock of its own and clients that only exist here.
struct GroupFixture {
    var group: ConsumerGroup
    var now: Int64 = 0
    /// Answers that came, by request.
    var joins: [GroupRequestID: JoinGroupAPI.Response] = [:]
    var syncs: [GroupRequestID: SyncGroupAPI.Response] = [:]
    var generations: [Int32] = []
    /// Requests that were answered more than once.
    var doubled = 0
    private var last: UInt64 = 0

    init(_ limits: GroupLimits = GroupLimits()) {
        var number = 0
        self.group = ConsumerGroup(name: "g", limits: limits) {
            number += 1
            return "\(number)"
        }
    }

    private mutating func take(_ actions: [GroupAction]) {
        for action in actions {
            switch action {
            case .answerJoin(let id, let response):
                if self.joins.updateValue(response, forKey: id) != nil { self.doubled += 1 }
            case .answerSync(let id, let response):
                if self.syncs.updateValue(response, forKey: id) != nil { self.doubled += 1 }
            case .storeGeneration(let generation): self.generations.append(generation)
            }
        }
    }

    mutating func join(
        _ member: String = "",
        instance: String? = nil,
        protocols: [String] = ["range"],
        metadata: String = "m",
        session: Int32 = 10_000,
        rebalance: Int32 = 30_000,
        version: Int16 = 3
    ) -> GroupRequestID {
        self.last += 1
        let id = GroupRequestID(value: self.last)
        var request = JoinGroupAPI.Request()
        request.group = "g"
        request.member = member
        request.instance = instance
        request.sessionTimeoutMilliseconds = session
        request.rebalanceTimeoutMilliseconds = rebalance
        request.protocolType = "consumer"
        request.protocols = protocols.map { .init(name: $0, metadata: ByteBuffer(string: metadata)) }
        self.take(
            self.group.join(request, version: version, clientID: "c", clientHost: "h", id: id, now: self.now)
        )
        return id
    }

    mutating func sync(_ member: String, generation: Int32, assignments: [String: String] = [:]) -> GroupRequestID {
        self.last += 1
        let id = GroupRequestID(value: self.last)
        var request = SyncGroupAPI.Request()
        request.member = member
        request.generation = generation
        request.assignments = assignments.sorted { $0.key < $1.key }.map {
            .init(member: $0.key, assignment: ByteBuffer(string: $0.value))
        }
        self.take(self.group.sync(request, id: id, now: self.now))
        return id
    }

    mutating func heartbeat(_ member: String, generation: Int32) -> ErrorCode {
        self.group.heartbeat(.init(group: "g", generation: generation, member: member), now: self.now)
    }

    mutating func leave(_ member: String, instance: String? = nil) -> ErrorCode {
        let (error, actions) = self.group.leave(.init(id: member, instance: instance), now: self.now)
        self.take(actions)
        return error
    }

    /// Lets time pass, with the group's timer.
    mutating func advance(_ milliseconds: Int64) {
        let end = self.now + milliseconds
        while let next = self.group.nextTime, next <= end {
            self.now = max(self.now, next)
            self.take(self.group.timePassed(now: self.now))
        }
        self.now = end
    }

    /// A stable group with so many members; the ids, leader first.
    mutating func stable(_ count: Int) -> [String] {
        var members: [String] = []
        for _ in 0..<count {
            let new = self.join()
            let known = members.map { ($0, self.join($0)) }
            members = known.map { $0.0 } + [self.joins[new]?.member ?? ""]
        }
        let leader = self.group.leader ?? ""
        let generation = self.group.generation
        let assignments = Dictionary(members.map { ($0, "part of \($0)") }) { first, _ in first }
        for member in members where member != leader { _ = self.sync(member, generation: generation) }
        _ = self.sync(leader, generation: generation, assignments: assignments)
        return [leader] + members.filter { $0 != leader }
    }
}
