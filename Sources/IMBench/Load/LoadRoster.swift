import Foundation
import IMClient
import IMProtocol
import Postgres
import ServerRuntime
import SwiftProtobuf

/// Makes a run's users, their tokens and their groups.
struct LoadRoster: Sendable {
    /// Users of one registration call.
    private static let usersPerCall = 500
    /// Token calls under way at once.
    private static let callsMax = 8
    static let platform = Platform.android

    let api: APIClient
    let settings: ServerSettings
    let cast: Cast

    /// Registers the users and logs each in.
    func enrol() async throws -> [LoadPeer] {
        let admin = try await self.adminToken()
        for start in stride(from: 0, to: self.cast.users, by: Self.usersPerCall) {
            let users = (start..<min(start + Self.usersPerCall, self.cast.users)).map { index in
                (self.cast.userID(index), "load \(index)")
            }
            try await self.api.register(users, adminToken: admin)
        }
        return try await self.tokens(of: Array(0..<self.cast.users), platform: Self.platform, adminToken: admin)
    }

    /// Logs some of the users in on a platform, for a second client of theirs.
    func tokens(of users: [Int], platform: Platform) async throws -> [LoadPeer] {
        try await self.tokens(of: users, platform: platform, adminToken: try await self.adminToken())
    }

    private func adminToken() async throws -> String {
        try await self.api.adminToken(secret: self.settings.secret, userID: self.settings.administrator)
    }

    private func tokens(of users: [Int], platform: Platform, adminToken: String) async throws -> [LoadPeer] {
        try await withThrowingTaskGroup(of: LoadPeer.self) { group in
            var rest = users[...]
            func next() {
                guard let index = rest.popFirst() else { return }
                group.addTask {
                    let userID = self.cast.userID(index)
                    let token = try await self.api.userToken(of: userID, platform: platform, adminToken: adminToken)
                    return LoadPeer(index: index, userID: userID, token: token, platformID: platform.rawValue)
                }
            }
            for _ in 0..<Self.callsMax { next() }
            var peers: [LoadPeer] = []
            for try await peer in group {
                peers.append(peer)
                next()
            }
            return peers.sorted { $0.index < $1.index }
        }
    }

    /// Puts the groups and their members into Postgres, for as long as no service does.
    func makeGroups(_ postgres: PostgresClient) async throws {
        let now = WallClock.system.milliseconds
        for chat in 0..<self.cast.chats {
            let groupID = self.cast.groupID(chat)
            let members = self.cast.members(chat).map { self.cast.userID($0) }
            let owner = members.first ?? ""
            try await postgres.transaction { transaction in
                try await transaction.execute(
                    """
                    INSERT INTO groups (group_id, group_name, create_time, creator_user_id)
                    VALUES (\(groupID), \("load \(chat)"), \(now), \(owner))
                    """
                )
                // The owner first; the others are ordinary members.
                try await transaction.execute(
                    """
                    INSERT INTO group_members (group_id, user_id, role_level, join_time, join_source, operator_user_id)
                    SELECT \(groupID), member, CASE WHEN member = \(owner) THEN 100 ELSE 20 END, \(now), 1, \(owner)
                    FROM unnest(\(members)::text[]) WITH ORDINALITY AS list(member, place) ORDER BY place
                    """
                )
            }
        }
    }

    /// What sender `index` sends: the fields that all its messages share.
    func message(of index: Int, bodyBytes: Int) -> Openim_Sdkws_MsgData {
        let chat = index / self.cast.chatSize
        return .with {
            $0.sendID = self.cast.userID(index)
            if self.cast.isGroups {
                $0.groupID = self.cast.groupID(chat)
                $0.sessionType = SessionType.group.rawValue
            } else {
                $0.recvID = self.cast.userID(index ^ 1)
                $0.sessionType = SessionType.single.rawValue
            }
            $0.senderPlatformID = Self.platform.rawValue
            $0.senderNickname = "load \(index)"
            $0.msgFrom = MessageOrigin.user.rawValue
            $0.contentType = ContentType.text.rawValue
            $0.content = Data(MessageBody.text(bytes: bodyBytes, seed: UInt64(index)))
            $0.status = MessageStatus.sending.rawValue
        }
    }
}
