import Caching
import IMProtocol
import SwiftProtobuf

/// Kept as `openim.sdkws.UserInfo`, which has every field of a user.
///
/// Protobuf and not OpenIM's JSON: it is smaller, is read many times faster, and versions of the server that know different
/// fields read each other's entries. An entry that OpenIM has left in the same Redis is none of this form, so it is
/// thrown away and loaded anew.
extension UserRecord: CacheValue {
    package init(cacheBytes: [UInt8]) throws {
        let info = try Openim_Sdkws_UserInfo(serializedBytes: cacheBytes)
        guard !info.userID.isEmpty else { throw StorageError.malformed("a cached user has no id") }
        self.init(
            userID: info.userID,
            nickname: info.nickname,
            faceURL: info.faceURL,
            ex: info.ex,
            appManagerLevel: info.appMangerLevel,
            globalReceiveOption: info.globalRecvMsgOpt,
            createTime: info.createTime
        )
    }

    package func cacheBytes() throws -> [UInt8] {
        try self.info.serializedBytes()
    }
}
