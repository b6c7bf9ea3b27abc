import Caching
import IMProtocol
import SwiftProtobuf

/// Kept as `openim.sdkws.GroupInfo`, for the reasons that `UserRecord` gives.
extension GroupRecord: CacheValue {
    package init(cacheBytes: [UInt8]) throws {
        let info = try Openim_Sdkws_GroupInfo(serializedBytes: cacheBytes)
        guard !info.groupID.isEmpty else { throw StorageError.malformed("a cached group has no id") }
        self.init(info)
    }

    package func cacheBytes() throws -> [UInt8] {
        try self.info.serializedBytes()
    }
}
