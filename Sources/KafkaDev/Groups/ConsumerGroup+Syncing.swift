import NIOCore

extension ConsumerGroup {
    /// A member asks for its assignment; the leader brings all of them.
    ///
    /// The request `id` is answered by one of the actions, of this or a later event.
    mutating func sync(_ request: SyncGroupAPI.Request, id: GroupRequestID, now: Int64) -> [GroupAction] {
        func refused(_ error: ErrorCode) -> [GroupAction] {
            var response = SyncGroupAPI.Response()
            response.error = error
            return [.answerSync(id, response)]
        }
        let index: Int
        switch self.find(request.member, instance: request.instance) {
        case .success(let found): index = found
        case .failure(let error): return refused(error)
        }
        guard request.generation == self.generation else { return refused(.illegalGeneration) }
        if let type = request.protocolType, type != self.protocolType { return refused(.inconsistentGroupProtocol) }
        if let name = request.protocolName, name != self.protocolName { return refused(.inconsistentGroupProtocol) }
        switch self.phase {
        case .empty: return refused(.unknownMemberID)
        case .gathering: return refused(.rebalanceInProgress)
        case .stable:
            self.touch(index, now: now)
            return [.answerSync(id, self.assigned(self.members[index]))]
        case .assigning: break
        }
        var actions: [GroupAction] = []
        if let earlier = self.members[index].waitingSync {
            var response = SyncGroupAPI.Response()
            response.error = .unknownMemberID
            actions.append(.answerSync(earlier, response))
        }
        self.members[index].waitingSync = id
        guard request.member == self.leader else { return actions }
        return actions + self.assign(request.assignments, now: now)
    }

    private mutating func assign(_ assignments: [SyncGroupAPI.Assignment], now: Int64) -> [GroupAction] {
        let byMember = Dictionary(assignments.map { ($0.member, $0.assignment) }) { _, last in last }
        self.phase = .stable
        var actions: [GroupAction] = []
        for index in self.members.indices {
            self.members[index].assignment = byMember[self.members[index].id] ?? ByteBuffer()
            self.touch(index, now: now)
            guard let request = self.members[index].waitingSync else { continue }
            self.members[index].waitingSync = nil
            actions.append(.answerSync(request, self.assigned(self.members[index])))
        }
        return actions
    }

    private func assigned(_ member: GroupMember) -> SyncGroupAPI.Response {
        var response = SyncGroupAPI.Response()
        response.protocolType = self.protocolType
        response.protocolName = self.protocolName
        response.assignment = member.assignment
        return response
    }
}
