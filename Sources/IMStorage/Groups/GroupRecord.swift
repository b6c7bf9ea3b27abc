package import IMProtocol
import SwiftProtobuf

/// A group as it is stored: without owner and number of members, which follow from its members.
package struct GroupRecord: Sendable, Hashable {
    package var groupID: String
    package var name: String
    /// The announcement.
    package var notification: String
    package var introduction: String
    package var faceURL: String
    /// Unix time in milliseconds.
    package var createTime: Int64
    package var ex: String
    /// A `GroupStatus`.
    package var status: Int32
    package var creatorUserID: String
    /// 2 working group; 0 and 1 only in imported data.
    package var type: Int32
    package var needVerification: Int32
    package var lookMemberInfo: Int32
    package var applyMemberFriend: Int32
    /// Unix time in milliseconds of the announcement; 0 without one.
    package var notificationUpdateTime: Int64
    package var notificationUserID: String

    /// A group with the defaults of a new one.
    package init(groupID: String, name: String = "", status: GroupStatus = .normal, type: Int32 = 2) {
        self.init(
            .with {
                $0.groupID = groupID
                $0.groupName = name
                $0.status = status.rawValue
                $0.groupType = type
            }
        )
    }

    /// The stored part of a group as clients see it.
    package init(_ info: Openim_Sdkws_GroupInfo) {
        self.groupID = info.groupID
        self.name = info.groupName
        self.notification = info.notification
        self.introduction = info.introduction
        self.faceURL = info.faceURL
        self.createTime = info.createTime
        self.ex = info.ex
        self.status = info.status
        self.creatorUserID = info.creatorUserID
        self.type = info.groupType
        self.needVerification = info.needVerification
        self.lookMemberInfo = info.lookMemberInfo
        self.applyMemberFriend = info.applyMemberFriend
        self.notificationUpdateTime = info.notificationUpdateTime
        self.notificationUserID = info.notificationUserID
    }

    /// The group as clients see it, without owner and number of members.
    package var info: Openim_Sdkws_GroupInfo {
        .with {
            $0.groupID = self.groupID
            $0.groupName = self.name
            $0.notification = self.notification
            $0.introduction = self.introduction
            $0.faceURL = self.faceURL
            $0.createTime = self.createTime
            $0.ex = self.ex
            $0.status = self.status
            $0.creatorUserID = self.creatorUserID
            $0.groupType = self.type
            $0.needVerification = self.needVerification
            $0.lookMemberInfo = self.lookMemberInfo
            $0.applyMemberFriend = self.applyMemberFriend
            $0.notificationUpdateTime = self.notificationUpdateTime
            $0.notificationUserID = self.notificationUserID
        }
    }
}
