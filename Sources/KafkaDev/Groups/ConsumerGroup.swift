import NIOCore

/// The members of a consumer group and the generation they work in: all decisions, no input or output, no clock.
///
/// A group goes from empty to gathering (members join), to waiting for the leader's assignments, to stable, and back to
/// gathering whenever who is in it changes. Times are milliseconds of one clock, given with each event.
/// (Kafka protocol guide, "Group Membership API"; KIP-345 for static members; KIP-394 for ids before joining.)
struct ConsumerGroup {
    /// What the group is doing.
    enum Phase: Equatable {
        /// No members.
        case empty
        /// Waiting until all members have joined, or until the time.
        case gathering(until: Int64, isInitial: Bool)
        /// Waiting for the leader's assignments, and for members to fetch theirs, until the time.
        case assigning(until: Int64)
        case stable
    }

    /// Its name.
    let name: String
    let limits: GroupLimits
    var phase = Phase.empty
    var generation: Int32
    var protocolType: String?
    var protocolName: String?
    var leader: String?
    /// In the order of joining.
    var members: [GroupMember] = []
    /// Ids that were given out and have not joined yet, with the time when they are forgotten.
    var reserved: [String: Int64] = [:]
    /// Makes the part of a member's id that nobody can guess wrong twice.
    var makeID: () -> String

    /// An empty group whose last generation was `generation`.
    init(name: String, generation: Int32 = 0, limits: GroupLimits = GroupLimits(), makeID: @escaping () -> String) {
        self.name = name
        self.generation = generation
        self.limits = limits
        self.makeID = makeID
    }

    /// How the protocol calls the phase.
    var stateName: String {
        switch self.phase {
        case .empty: "Empty"
        case .gathering: "PreparingRebalance"
        case .assigning: "CompletingRebalance"
        case .stable: "Stable"
        }
    }

    /// When `timePassed` must be called next; nil while there is nothing to wait for.
    var nextTime: Int64? {
        var times: [Int64] = Array(self.reserved.values)
        switch self.phase {
        case .gathering(let until, _), .assigning(let until): times.append(until)
        case .empty, .stable: break
        }
        times += self.members.lazy.filter { !$0.isWaiting }.map(\.expiry)
        return times.min()
    }

    /// The place of a member.
    func index(_ member: String) -> Int? {
        self.members.firstIndex { $0.id == member }
    }

    /// The place of the member that a request names, or why it names none; `instance` is the static name, if it gives one.
    func find(_ member: String, instance: String?) -> Result<Int, ErrorCode> {
        if let instance, let index = self.members.firstIndex(where: { $0.instance == instance }) {
            return self.members[index].id == member ? .success(index) : .failure(.fencedInstanceID)
        }
        guard let index = self.index(member) else { return .failure(.unknownMemberID) }
        return .success(index)
    }

    // MARK: - Heartbeats and commits

    /// A member says that it lives.
    mutating func heartbeat(_ request: HeartbeatAPI.Request, now: Int64) -> ErrorCode {
        let index: Int
        switch self.find(request.member, instance: request.instance) {
        case .success(let found): index = found
        case .failure(let error): return error
        }
        guard request.generation == self.generation else { return .illegalGeneration }
        self.touch(index, now: now)
        if case .gathering = self.phase { return .rebalanceInProgress }
        return .none
    }

    /// Whether a member may commit offsets; also counts as a heartbeat.
    ///
    /// `generation` is negative for somebody who is no member, and who may commit while the group is empty.
    mutating func mayCommit(member: String, instance: String?, generation: Int32, now: Int64) -> ErrorCode {
        if generation < 0, member.isEmpty, instance == nil {
            return self.members.isEmpty ? .none : .unknownMemberID
        }
        let index: Int
        switch self.find(member, instance: instance) {
        case .success(let found): index = found
        case .failure(let error): return error
        }
        // Who is only joining has no part in the present generation yet: its number is one of an earlier membership.
        guard generation == self.generation, self.members[index].generation == generation else {
            return .illegalGeneration
        }
        // Its assignment is not known yet, so it cannot have worked on it.
        if case .assigning = self.phase { return .rebalanceInProgress }
        self.touch(index, now: now)
        return .none
    }

    /// Moves the death of a member to one session timeout from now.
    mutating func touch(_ index: Int, now: Int64) {
        self.members[index].expiry = now + self.members[index].sessionTimeoutMilliseconds
    }

    // MARK: - Leaving

    /// Takes a member out.
    mutating func leave(_ request: LeaveGroupAPI.Member, now: Int64) -> (ErrorCode, [GroupAction]) {
        if request.instance == nil, self.reserved.removeValue(forKey: request.id) != nil {
            return (.none, self.endGatheringIfComplete(now: now))
        }
        let index: Int
        if request.id.isEmpty, let instance = request.instance {
            // An administrator removes a static member by its name alone.
            guard let found = self.members.firstIndex(where: { $0.instance == instance }) else {
                return (.unknownMemberID, [])
            }
            index = found
        } else {
            switch self.find(request.id, instance: request.instance) {
            case .success(let found): index = found
            case .failure(let error): return (error, [])
            }
        }
        return (.none, self.remove(at: index, now: now))
    }

    private mutating func remove(at index: Int, now: Int64) -> [GroupAction] {
        let member = self.members.remove(at: index)
        var actions = Self.refuse(member, .unknownMemberID)
        actions += self.membersChanged(now: now)
        return actions
    }

    /// Answers what a member waits for with an error.
    static func refuse(_ member: GroupMember, _ error: ErrorCode) -> [GroupAction] {
        var actions: [GroupAction] = []
        if let join = member.waitingJoin {
            actions.append(.answerJoin(join, Self.joinRefused(error, member: member.id)))
        }
        if let sync = member.waitingSync {
            var response = SyncGroupAPI.Response()
            response.error = error
            actions.append(.answerSync(sync, response))
        }
        return actions
    }

    /// The answer to a request to join that does not join.
    static func joinRefused(_ error: ErrorCode, member: String) -> JoinGroupAPI.Response {
        var response = JoinGroupAPI.Response()
        response.error = error
        response.member = member
        return response
    }

    // MARK: - Time

    /// Ends what has waited long enough.
    mutating func timePassed(now: Int64) -> [GroupAction] {
        var actions: [GroupAction] = []
        if self.reserved.contains(where: { $0.value <= now }) {
            self.reserved = self.reserved.filter { $0.value > now }
            actions += self.endGatheringIfComplete(now: now)
        }
        let dead = self.members.filter { !$0.isWaiting && $0.expiry <= now }
        if !dead.isEmpty {
            self.members.removeAll { !$0.isWaiting && $0.expiry <= now }
            actions += self.membersChanged(now: now)
        }
        switch self.phase {
        case .gathering(let until, _) where until <= now:
            actions += self.endGathering(now: now)
        case .assigning(let until) where until <= now:
            // Who has not asked for its assignment by now does not live.
            self.members.removeAll { $0.waitingSync == nil }
            actions += self.membersChanged(now: now)
        default: break
        }
        return actions
    }
}
