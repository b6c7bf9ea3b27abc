package import IMProtocol
import SwiftProtobuf

/// A user's account and public profile.
package struct UserRecord: Sendable, Hashable {
    package var userID: String
    package var nickname: String
    package var faceURL: String
    package var ex: String
    /// 0 and 1 ordinary, 2 administrator, 3 notification account, 4 robot.
    package var appManagerLevel: Int32
    /// 0 receive, 1 do not receive, 2 receive without notice.
    package var globalReceiveOption: Int32
    /// Unix time in milliseconds.
    package var createTime: Int64

    package init(
        userID: String,
        nickname: String,
        faceURL: String = "",
        ex: String = "",
        appManagerLevel: Int32 = 0,
        globalReceiveOption: Int32 = 0,
        createTime: Int64
    ) {
        self.userID = userID
        self.nickname = nickname
        self.faceURL = faceURL
        self.ex = ex
        self.appManagerLevel = appManagerLevel
        self.globalReceiveOption = globalReceiveOption
        self.createTime = createTime
    }

    /// Whether the account is a system account, which black lists and friend checks do not stop.
    package var isSystemAccount: Bool {
        self.appManagerLevel >= 2
    }

    /// The profile as clients see it.
    package var info: Openim_Sdkws_UserInfo {
        .with {
            $0.userID = self.userID
            $0.nickname = self.nickname
            $0.faceURL = self.faceURL
            $0.ex = self.ex
            $0.createTime = self.createTime
            $0.appMangerLevel = self.appManagerLevel
            $0.globalRecvMsgOpt = self.globalReceiveOption
        }
    }
}
