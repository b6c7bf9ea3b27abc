import Logging
import NIOCore
import ServerRuntime

extension Broker {
    // MARK: - Membership

    /// Lets somebody join.
    func joinGroup(_ request: JoinGroupAPI.Request, _ call: BrokerCall) {
        let bytes = request.protocols.reduce(0) { $0 + $1.metadata.readableBytes + $1.name.utf8.count }
        var refusal: ErrorCode?
        if request.group.isEmpty { refusal = .invalidGroupID }
        if bytes > self.configuration.limits.memberBytesMax { refusal = .invalidRequest }
        guard refusal == nil, let entry = self.entry(request.group) else {
            let error = refusal ?? .coordinatorNotAvailable
            call.answer(JoinGroupAPI.self, ConsumerGroup.joinRefused(error, member: request.member))
            return
        }
        let id = self.remember(call)
        let actions = entry.group.join(
            // What is kept of it must not keep the whole frame.
            request.withOwnBytes(),
            version: call.header.version,
            clientID: call.header.clientID,
            clientHost: call.clientHost,
            id: id,
            now: self.monotonicMilliseconds
        )
        self.perform(actions, entry)
    }

    /// Hands out assignments.
    func syncGroup(_ request: SyncGroupAPI.Request, _ call: BrokerCall) {
        guard let entry = self.groups[request.group] else {
            var response = SyncGroupAPI.Response()
            response.error = .unknownMemberID
            call.answer(SyncGroupAPI.self, response)
            return
        }
        let id = self.remember(call)
        self.perform(entry.group.sync(request.withOwnBytes(), id: id, now: self.monotonicMilliseconds), entry)
    }

    /// Keeps a member alive.
    func heartbeat(_ request: HeartbeatAPI.Request, _ call: BrokerCall) {
        var response = HeartbeatAPI.Response(error: .unknownMemberID)
        if let entry = self.groups[request.group] {
            response.error = entry.group.heartbeat(request, now: self.monotonicMilliseconds)
            self.perform([], entry)
        }
        call.answer(HeartbeatAPI.self, response)
    }

    /// Takes members out.
    func leaveGroup(_ request: LeaveGroupAPI.Request, _ call: BrokerCall) {
        var response = LeaveGroupAPI.Response()
        for member in request.members {
            var result = LeaveGroupAPI.MemberResult(id: member.id, instance: member.instance, error: .unknownMemberID)
            if let entry = self.groups[request.group] {
                let (error, actions) = entry.group.leave(member, now: self.monotonicMilliseconds)
                result.error = error
                self.perform(actions, entry)
            }
            response.members.append(result)
        }
        if call.header.version < 3, let only = response.members.first { response.error = only.error }
        call.answer(LeaveGroupAPI.self, response)
    }

    private func remember(_ call: BrokerCall) -> GroupRequestID {
        self.lastGroupRequest += 1
        let id = GroupRequestID(value: self.lastGroupRequest)
        self.groupCalls[id] = call
        return id
    }

    /// The group `name`, made when there is none; nil when there are too many.
    private func entry(_ name: String) -> GroupEntry? {
        if let entry = self.groups[name] { return entry }
        let known = self.state.table.groups
        guard known[name] != nil || max(self.groups.count, known.count) < self.configuration.limits.groupsMax else {
            return nil
        }
        let limits = GroupLimits(
            membersMax: self.configuration.limits.groupMembersMax,
            initialRebalanceDelayMilliseconds: self.configuration.initialRebalanceDelay.wholeMilliseconds
        )
        let group = ConsumerGroup(name: name, generation: known[name]?.generation ?? 0, limits: limits) {
            // 128 bits, as in a UUID.
            String(UInt64.random(in: 0 ... .max), radix: 16) + String(UInt64.random(in: 0 ... .max), radix: 16)
        }
        let entry = GroupEntry(group)
        self.groups[name] = entry
        return entry
    }

    /// Does what a group has decided.
    private func perform(_ actions: [GroupAction], _ entry: GroupEntry) {
        for action in actions {
            switch action {
            case .storeGeneration(let generation):
                do throws(StorageError) {
                    _ = try self.storeState([
                        .generation(group: entry.group.name, generation), self.membership(entry.group),
                    ])
                } catch {
                    // After a restart the number may come again, but never to a member of before.
                    self.logger.warning("generation not stored", metadata: ["reason": "\(error)"])
                }
            case .answerJoin(let id, let response):
                self.groupCalls.removeValue(forKey: id)?.answer(JoinGroupAPI.self, response)
            case .answerSync(let id, let response):
                self.groupCalls.removeValue(forKey: id)?.answer(SyncGroupAPI.self, response)
            }
        }
        self.forgetIfUnused(entry)
        self.setTimer(entry)
    }

    private func membership(_ group: ConsumerGroup) -> StateChange {
        let timeout = group.members.map(\.sessionTimeoutMilliseconds).max() ?? 0
        return group.members.isEmpty
            ? .noMembers(group: group.name, since: self.clock.milliseconds)
            : .members(group: group.name, sessionTimeoutMilliseconds: timeout)
    }

    /// A group without members and offsets is no group.
    private func forgetIfUnused(_ entry: GroupEntry) {
        guard entry.group.members.isEmpty, entry.group.reserved.isEmpty else { return }
        let name = entry.group.name
        entry.timer?.cancel()
        self.groups[name] = nil
        guard let stored = self.state.table.groups[name], stored.offsets.isEmpty else { return }
        // Failing leaves a line in the state log that says nothing.
        _ = try? self.storeState([.forgetGroup(name)])
    }

    private func setTimer(_ entry: GroupEntry) {
        guard self.groups[entry.group.name] === entry, let time = entry.group.nextTime else {
            entry.timer?.cancel()
            entry.timer = nil
            return
        }
        // A timer that fires too early looks again; so a heartbeat need not move it.
        if entry.timer != nil, entry.timerTime <= time { return }
        entry.timer?.cancel()
        entry.timerTime = time
        let bound = NIOLoopBound((self, entry), eventLoop: self.loop)
        let delay = max(0, time - self.monotonicMilliseconds)
        entry.timer = self.loop.scheduleTask(in: .milliseconds(delay)) {
            let (broker, entry) = bound.value
            entry.timer = nil
            broker.timePassed(entry)
        }
    }

    /// Ends what has waited long enough in a group.
    func timePassed(_ entry: GroupEntry) {
        self.perform(entry.group.timePassed(now: self.monotonicMilliseconds), entry)
    }

    // MARK: - Administration

    /// Tells groups' states and members.
    func describeGroups(_ request: DescribeGroupsAPI.Request, _ call: BrokerCall) {
        var response = DescribeGroupsAPI.Response()
        for name in request.groups {
            var described = DescribeGroupsAPI.Group()
            described.name = name
            if let group = self.groups[name]?.group {
                described.state = group.stateName
                described.protocolType = group.protocolType ?? group.members.first?.protocolType ?? ""
                let isStable = group.phase == .stable
                described.protocolName = isStable ? group.protocolName ?? "" : ""
                described.members = group.members.map { member in
                    .init(
                        id: member.id,
                        instance: member.instance,
                        clientID: member.clientID,
                        clientHost: "/\(member.clientHost)",
                        metadata: isStable ? member.metadata(group.protocolName) : ByteBuffer(),
                        assignment: isStable ? member.assignment : ByteBuffer()
                    )
                }
            } else {
                described.state = self.state.table.groups[name] == nil ? "Dead" : "Empty"
                if described.state == "Empty" { described.protocolType = "consumer" }
            }
            response.groups.append(described)
        }
        call.answer(DescribeGroupsAPI.self, response)
    }

    /// Tells which groups there are.
    func listGroups(_ request: ListGroupsAPI.Request, _ call: BrokerCall) {
        var response = ListGroupsAPI.Response()
        for name in Set(self.groups.keys).union(self.state.table.groups.keys).sorted() {
            let group = self.groups[name]?.group
            let state = group?.stateName ?? "Empty"
            guard request.states.isEmpty || request.states.contains(state) else { continue }
            let type = group?.protocolType ?? group?.members.first?.protocolType ?? "consumer"
            response.groups.append(.init(name: name, protocolType: type, state: state))
        }
        call.answer(ListGroupsAPI.self, response)
    }

    /// Forgets groups without members.
    func deleteGroups(_ request: DeleteGroupsAPI.Request, _ call: BrokerCall) {
        var response = DeleteGroupsAPI.Response()
        for name in request.groups {
            var result = DeleteGroupsAPI.Result(group: name)
            if let entry = self.groups[name], !entry.group.members.isEmpty {
                result.error = .nonEmptyGroup
            } else if self.state.table.groups[name] == nil, self.groups[name] == nil {
                result.error = .groupIDNotFound
            } else {
                do throws(StorageError) {
                    _ = try self.storeState([.forgetGroup(name)])
                    self.groups.removeValue(forKey: name)?.timer?.cancel()
                } catch {
                    result.error = .coordinatorNotAvailable
                }
            }
            response.results.append(result)
        }
        call.answer(DeleteGroupsAPI.self, response)
    }

    /// Forgets groups that nobody has used for long.
    ///
    /// The time counts from the last commit or from the last member's end, whichever is later (KIP-211).
    func forgetOldGroups(now: Int64) {
        for (name, end) in self.formerMembers where end <= self.monotonicMilliseconds {
            self.formerMembers[name] = nil
            guard self.groups[name]?.group.members.isEmpty != false,
                self.state.table.groups[name]?.sessionTimeoutMilliseconds ?? 0 > 0
            else { continue }
            // Failing keeps the group until its next members are gone.
            _ = try? self.storeState([.noMembers(group: name, since: now)])
        }
        let limit = now - self.configuration.offsetRetentionTime.wholeMilliseconds
        for (name, stored) in self.state.table.groups where self.groups[name] == nil {
            guard !stored.offsets.isEmpty, stored.sessionTimeoutMilliseconds == 0, stored.emptySince < limit,
                stored.offsets.values.allSatisfy({ $0.time < limit })
            else { continue }
            // Failing leaves the group for the next time.
            _ = try? self.storeState([.forgetGroup(name)])
        }
    }
}
