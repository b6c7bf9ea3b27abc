import NIOCore

extension ConsumerGroup {
    /// Somebody wants to join.
    ///
    /// From `version` 4 of the request on, a new member gets its id first and then joins with it. The request `id` is
    /// answered by one of the actions, of this or a later event.
    mutating func join(
        _ request: JoinGroupAPI.Request,
        version: Int16,
        clientID: String,
        clientHost: String,
        id: GroupRequestID,
        now: Int64
    ) -> [GroupAction] {
        func refused(_ error: ErrorCode, _ member: String = request.member) -> [GroupAction] {
            [.answerJoin(id, Self.joinRefused(error, member: member))]
        }
        guard self.limits.sessionTimeout.contains(Int64(request.sessionTimeoutMilliseconds)) else {
            return refused(.invalidSessionTimeout)
        }
        guard self.fits(request) else { return refused(.inconsistentGroupProtocol) }
        var member = self.member(request, clientID: clientID, clientHost: clientHost, now: now)
        member.waitingJoin = id
        if let instance = request.instance, let index = self.members.firstIndex(where: { $0.instance == instance }) {
            if request.member.isEmpty { return self.replace(at: index, with: member, now: now) }
            guard self.members[index].id == request.member else { return refused(.fencedInstanceID) }
            return self.rejoin(at: index, member, now: now)
        }
        if request.member.isEmpty {
            guard self.members.count + self.reserved.count < self.limits.membersMax else {
                return refused(.groupMaxSizeReached)
            }
            member.id = "\(request.instance ?? clientID)-\(self.makeID())"
            if version >= 4, request.instance == nil {
                self.reserved[member.id] = now + member.sessionTimeoutMilliseconds
                return refused(.memberIDRequired, member.id)
            }
            return self.admit(member, now: now)
        }
        if let index = self.index(request.member) { return self.rejoin(at: index, member, now: now) }
        guard self.reserved.removeValue(forKey: request.member) != nil else { return refused(.unknownMemberID) }
        return self.admit(member, now: now)
    }

    /// Whether the group could work with what the request offers.
    private func fits(_ request: JoinGroupAPI.Request) -> Bool {
        guard !request.protocolType.isEmpty, !request.protocols.isEmpty else { return false }
        let others = self.members.filter {
            $0.id != request.member && (request.instance == nil || $0.instance != request.instance)
        }
        guard let first = others.first else { return true }
        guard first.protocolType == request.protocolType else { return false }
        return request.protocols.contains { offer in
            others.allSatisfy { $0.protocols.contains { $0.name == offer.name } }
        }
    }

    private func member(
        _ request: JoinGroupAPI.Request,
        clientID: String,
        clientHost: String,
        now: Int64
    ) -> GroupMember {
        let session = Int64(request.sessionTimeoutMilliseconds)
        // Version 0 has only one timeout.
        let rebalance = Int64(request.rebalanceTimeoutMilliseconds)
        return GroupMember(
            id: request.member,
            instance: request.instance,
            clientID: clientID,
            clientHost: clientHost,
            sessionTimeoutMilliseconds: session,
            rebalanceTimeoutMilliseconds: rebalance > 0 ? rebalance : session,
            protocolType: request.protocolType,
            protocols: request.protocols,
            expiry: now + session
        )
    }

    private mutating func admit(_ member: GroupMember, now: Int64) -> [GroupAction] {
        self.members.append(member)
        return self.gather(now: now)
    }

    /// A static member came back without its id: it gets a new one, and the old id is fenced.
    private mutating func replace(at index: Int, with member: GroupMember, now: Int64) -> [GroupAction] {
        let old = self.members[index]
        var new = member
        new.id = "\(member.instance ?? "")-\(self.makeID())"
        new.assignment = old.assignment
        let actions = Self.refuse(old, .fencedInstanceID)
        self.members[index] = new
        if self.leader == old.id { self.leader = new.id }
        // What it subscribes to has not changed and neither has anything else: it goes on where it was.
        if self.phase == .stable, old.metadata(self.protocolName) == new.metadata(self.protocolName),
            new.protocols.contains(where: { $0.name == self.protocolName })
        {
            return actions + self.answerCurrent(at: index, now: now, skipsAssignment: true)
        }
        return actions + self.gather(now: now)
    }

    /// A member of the group joins again.
    private mutating func rejoin(at index: Int, _ request: GroupMember, now: Int64) -> [GroupAction] {
        let old = self.members[index]
        // A second request of the same member, from a connection that is gone: the first one is pointless.
        var actions = Self.refuse(old, .unknownMemberID)
        var new = request
        new.id = old.id
        new.instance = old.instance
        new.generation = old.generation
        new.assignment = old.assignment
        self.members[index] = new
        let isUnchanged = old.protocols == new.protocols
        switch self.phase {
        case .assigning where isUnchanged:
            // The answer was lost on the way.
            actions += self.answerCurrent(at: index, now: now, skipsAssignment: false)
        case .stable where isUnchanged && old.id != self.leader:
            actions += self.answerCurrent(at: index, now: now, skipsAssignment: false)
        default:
            actions += self.gather(now: now)
        }
        return actions
    }

    /// Answers a join with the generation that runs.
    private mutating func answerCurrent(at index: Int, now: Int64, skipsAssignment: Bool) -> [GroupAction] {
        guard let request = self.members[index].waitingJoin else { return [] }
        self.members[index].waitingJoin = nil
        self.members[index].generation = self.generation
        self.touch(index, now: now)
        return [.answerJoin(request, self.joined(self.members[index], skipsAssignment: skipsAssignment))]
    }

    /// Begins to gather, or looks whether the gathering is over.
    private mutating func gather(now: Int64) -> [GroupAction] {
        var actions: [GroupAction] = []
        switch self.phase {
        case .gathering: break
        case .empty:
            let delay = self.limits.initialRebalanceDelayMilliseconds
            self.phase = .gathering(until: now + (delay > 0 ? delay : self.rebalanceTimeout), isInitial: delay > 0)
        case .assigning, .stable:
            actions += self.beginGathering(now: now)
        }
        return actions + self.endGatheringIfComplete(now: now)
    }

    private var rebalanceTimeout: Int64 {
        self.members.map(\.rebalanceTimeoutMilliseconds).max() ?? 0
    }

    /// Sends those who wait for assignments back to joining.
    private mutating func beginGathering(now: Int64) -> [GroupAction] {
        var actions: [GroupAction] = []
        for index in self.members.indices {
            guard let request = self.members[index].waitingSync else { continue }
            self.members[index].waitingSync = nil
            self.touch(index, now: now)
            var response = SyncGroupAPI.Response()
            response.error = .rebalanceInProgress
            actions.append(.answerSync(request, response))
        }
        self.phase = .gathering(until: now + self.rebalanceTimeout, isInitial: false)
        return actions
    }

    /// Somebody is gone.
    mutating func membersChanged(now: Int64) -> [GroupAction] {
        if let leader = self.leader, self.index(leader) == nil { self.leader = nil }
        switch self.phase {
        case .empty: return []
        case .gathering: return self.endGatheringIfComplete(now: now)
        case .assigning, .stable:
            let actions = self.beginGathering(now: now)
            return actions + self.endGatheringIfComplete(now: now)
        }
    }

    /// Ends the gathering when there is nobody left to wait for.
    mutating func endGatheringIfComplete(now: Int64) -> [GroupAction] {
        guard case .gathering(_, let isInitial) = self.phase else { return [] }
        guard !self.members.isEmpty else { return self.endGathering(now: now) }
        // The first rebalance uses its whole delay, whoever is there.
        guard !isInitial, self.members.allSatisfy({ $0.waitingJoin != nil }), self.reserved.isEmpty else { return [] }
        return self.endGathering(now: now)
    }

    /// Begins the next generation with those who have joined.
    mutating func endGathering(now: Int64) -> [GroupAction] {
        self.members.removeAll { $0.waitingJoin == nil }
        self.generation = self.generation == .max ? 1 : self.generation + 1
        guard !self.members.isEmpty else {
            self.phase = .empty
            self.leader = nil
            self.protocolName = nil
            return [.storeGeneration(self.generation)]
        }
        self.protocolType = self.members[0].protocolType
        self.protocolName = self.chosenProtocol()
        if self.leader.flatMap(self.index) == nil { self.leader = self.members[0].id }
        self.phase = .assigning(until: now + self.rebalanceTimeout)
        var actions: [GroupAction] = [.storeGeneration(self.generation)]
        for index in self.members.indices {
            guard let request = self.members[index].waitingJoin else { continue }
            self.members[index].waitingJoin = nil
            self.members[index].generation = self.generation
            self.members[index].assignment = ByteBuffer()
            self.touch(index, now: now)
            actions.append(.answerJoin(request, self.joined(self.members[index], skipsAssignment: false)))
        }
        return actions
    }

    /// The protocol that all know and most like best.
    private func chosenProtocol() -> String? {
        let common = self.members[0].protocols.map(\.name).filter { name in
            self.members.allSatisfy { $0.protocols.contains { $0.name == name } }
        }
        var votes: [String: Int] = [:]
        for member in self.members {
            if let choice = member.protocols.first(where: { common.contains($0.name) }) {
                votes[choice.name, default: 0] += 1
            }
        }
        // The first member's order decides between equals.
        return common.max { votes[$0, default: 0] < votes[$1, default: 0] }
    }

    private func joined(_ member: GroupMember, skipsAssignment: Bool) -> JoinGroupAPI.Response {
        var response = JoinGroupAPI.Response()
        response.generation = self.generation
        response.protocolType = self.protocolType
        response.protocolName = self.protocolName
        response.leader = self.leader ?? ""
        response.member = member.id
        let isLeader = member.id == self.leader
        response.skipsAssignment = isLeader && skipsAssignment
        guard isLeader else { return response }
        response.members = self.members.map { other in
            var entry = JoinGroupAPI.Member()
            entry.id = other.id
            entry.instance = other.instance
            entry.metadata = other.metadata(self.protocolName)
            return entry
        }
        return response
    }
}
