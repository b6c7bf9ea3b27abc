import IMStorage
import Synchronization

@testable import IMServices

/// Users, relations, groups and conversations in memory.
final class FakeDirectories: UserDirectory, FriendDirectory, GroupDirectory, ConversationDirectory {
    struct State: Sendable {
        var users: [String: UserRecord] = [:]
        /// Pairs of owner and the other user.
        var friends: Set<[String]> = []
        var blacks: Set<[String]> = []
        var groups: [String: GroupRecord] = [:]
        /// By group, then by user.
        var members: [String: [String: GroupMemberRecord]] = [:]
        /// By owner, then by conversation.
        var rows: [String: [String: ConversationRecord]] = [:]
        /// Rows that only the database has yet.
        var uncachedRows: [String: [String: ConversationRecord]] = [:]
        /// What was asked, in order.
        var calls: [String] = []
    }

    let state = Mutex(State())

    var calls: [String] { self.state.withLock { $0.calls } }

    func add(user userID: String, level: Int32 = 0, option: ReceiveOption = .receive) {
        let user = UserRecord(
            userID: userID,
            nickname: "nick of \(userID)",
            faceURL: "face of \(userID)",
            appManagerLevel: level,
            globalReceiveOption: option.rawValue,
            createTime: 1
        )
        self.state.withLock { $0.users[userID] = user }
    }

    func add(group groupID: String, status: GroupStatus = .normal, type: Int32 = 2, members: [GroupMemberRecord]) {
        self.state.withLock { state in
            state.groups[groupID] = GroupRecord(groupID: groupID, status: status, type: type)
            for member in members { state.members[groupID, default: [:]][member.userID] = member }
        }
    }

    func add(row: ConversationRecord, isCached: Bool = true) {
        self.state.withLock { state in
            if isCached {
                state.rows[row.ownerUserID, default: [:]][row.conversationID] = row
            } else {
                state.uncachedRows[row.ownerUserID, default: [:]][row.conversationID] = row
            }
        }
    }

    private func note(_ call: String) {
        self.state.withLock { $0.calls.append(call) }
    }

    func find(_ userIDs: [String]) async throws -> [String: UserRecord] {
        self.note("users")
        return self.state.withLock { state in state.users.filter { userIDs.contains($0.key) } }
    }

    func isFriend(_ userID: String, of ownerID: String) async throws -> Bool {
        self.note("friend")
        return self.state.withLock { $0.friends.contains([ownerID, userID]) }
    }

    func isBlocked(_ userID: String, by ownerID: String) async throws -> Bool {
        self.note("black")
        return self.state.withLock { $0.blacks.contains([ownerID, userID]) }
    }

    func group(_ groupID: String) async throws -> GroupRecord? {
        self.note("group")
        return self.state.withLock { $0.groups[groupID] }
    }

    func member(_ userID: String, of groupID: String) async throws -> GroupMemberRecord? {
        self.note("member")
        return self.state.withLock { $0.members[groupID]?[userID] }
    }

    func row(_ conversationID: String, of ownerID: String) async throws -> ConversationRecord? {
        self.note("row")
        return self.state.withLock { $0.rows[ownerID]?[conversationID] }
    }

    func rows(_ conversationIDs: [String], of ownerID: String) async throws -> [String: ConversationRecord] {
        self.note("rows")
        return self.state.withLock { state in
            (state.rows[ownerID] ?? [:]).filter { conversationIDs.contains($0.key) }
        }
    }

    func loadRows(_ conversationIDs: [String], of ownerID: String) async throws -> [String: ConversationRecord] {
        self.note("loadRows")
        return self.state.withLock { state in
            (state.rows[ownerID] ?? [:]).merging(state.uncachedRows[ownerID] ?? [:]) { old, _ in old }
                .filter { conversationIDs.contains($0.key) }
        }
    }

    func conversationIDs(of userID: String) async throws -> [String] {
        self.state.withLock { ($0.rows[userID] ?? [:]).keys.sorted() }
    }

    func pinnedIDs(of userID: String) async throws -> [String] {
        self.state.withLock { state in
            (state.rows[userID] ?? [:]).values.filter(\.isPinned).map(\.conversationID).sorted()
        }
    }
}
