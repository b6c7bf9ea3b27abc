package import IMProtocol
import SwiftProtobuf

/// A member of a group.
package struct GroupMemberRecord: Sendable, Hashable {
    package var groupID: String
    package var userID: String
    /// Empty: the user's own; the same goes for `faceURL`.
    package var nickname: String
    package var faceURL: String
    /// A `GroupRole`.
    package var roleLevel: Int32
    /// Unix time in milliseconds.
    package var joinTime: Int64
    package var joinSource: Int32
    package var inviterUserID: String
    package var operatorUserID: String
    /// Unix time in milliseconds until which the member may not write, this millisecond included; 0: not muted.
    package var muteEndTime: Int64
    package var ex: String

    /// A member with the defaults of one who has just joined.
    package init(
        groupID: String,
        userID: String,
        role: GroupRole = .ordinary,
        muteEndTime: Int64 = 0,
        joinTime: Int64 = 0
    ) {
        self.init(
            .with {
                $0.groupID = groupID
                $0.userID = userID
                $0.roleLevel = role.rawValue
                $0.muteEndTime = muteEndTime
                $0.joinTime = joinTime
            }
        )
    }

    /// The stored part of a member as clients see it.
    package init(_ info: Openim_Sdkws_GroupMemberFullInfo) {
        self.groupID = info.groupID
        self.userID = info.userID
        self.nickname = info.nickname
        self.faceURL = info.faceURL
        self.roleLevel = info.roleLevel
        self.joinTime = info.joinTime
        self.joinSource = info.joinSource
        self.inviterUserID = info.inviterUserID
        self.operatorUserID = info.operatorUserID
        self.muteEndTime = info.muteEndTime
        self.ex = info.ex
    }

    /// The member as clients see it, with an empty nickname and picture where the user's own count.
    package var info: Openim_Sdkws_GroupMemberFullInfo {
        .with {
            $0.groupID = self.groupID
            $0.userID = self.userID
            $0.nickname = self.nickname
            $0.faceURL = self.faceURL
            $0.roleLevel = self.roleLevel
            $0.joinTime = self.joinTime
            $0.joinSource = self.joinSource
            $0.inviterUserID = self.inviterUserID
            $0.operatorUserID = self.operatorUserID
            $0.muteEndTime = self.muteEndTime
            $0.ex = self.ex
        }
    }
}
