import Caching
import IMProtocol
import SwiftProtobuf

/// Kept as `openim.sdkws.GroupMemberFullInfo`, for the reasons that `UserRecord` gives.
extension GroupMemberRecord: CacheValue {
    package init(cacheBytes: [UInt8]) throws {
        let info = try Openim_Sdkws_GroupMemberFullInfo(serializedBytes: cacheBytes)
        guard !info.groupID.isEmpty, !info.userID.isEmpty else {
            throw StorageError.malformed("a cached member has no group or no user")
        }
        self.init(info)
    }

    package func cacheBytes() throws -> [UInt8] {
        try self.info.serializedBytes()
    }
}
