/// The numbers that clients act on, with the short texts that go with them, as OpenIM v3.8 publishes them.
package enum ErrorCode: Int32, Sendable, CaseIterable {
    case serverInternal = 500
    case args = 1001
    case noPermission = 1002
    case duplicateKey = 1003
    case recordNotFound = 1004
    case secretNotChanged = 1050
    case userIDNotFound = 1101
    case registeredAlready = 1102
    case groupIDNotFound = 1201
    case groupIDExisted = 1202
    case notInGroupYet = 1203
    case dismissedAlready = 1204
    case groupTypeNotSupported = 1205
    case groupRequestHandled = 1206
    case canNotAddYourself = 1301
    case blockedByPeer = 1302
    case notPeersFriend = 1303
    case relationshipAlready = 1304
    case friendRequestHandled = 1305
    case messageHasReadDisable = 1401
    case mutedInGroup = 1402
    case mutedGroup = 1403
    case messageAlreadyRevoked = 1404
    case tokenExpired = 1501
    case tokenInvalid = 1502
    case tokenMalformed = 1503
    case tokenNotValidYet = 1504
    case tokenUnknown = 1505
    case tokenKicked = 1506
    case tokenNotExist = 1507
    case orgUserNoPermission = 1520
    case connectionsOverMax = 1601
    case connectionArguments = 1602
    case pushFailed = 1603
    case iosBackgroundPush = 1604
    case fileUploadedExpired = 1701
    case callback = 80_000
    case database = 90_002
    case network = 90_004
    case data = 90_007

    /// The text of `errMsg`.
    package var message: String {
        switch self {
        case .serverInternal: "ServerInternalError"
        case .args: "ArgsError"
        case .noPermission: "NoPermissionError"
        case .duplicateKey: "DuplicateKeyError"
        case .recordNotFound: "RecordNotFoundError"
        case .secretNotChanged: "secret not changed, please change secret in config/share.yml for security reasons"
        case .userIDNotFound: "UserIDNotFoundError"
        case .registeredAlready: "RegisteredAlreadyError"
        case .groupIDNotFound: "GroupIDNotFoundError"
        case .groupIDExisted: "GroupIDExisted"
        case .notInGroupYet: "NotInGroupYetError"
        case .dismissedAlready: "DismissedAlreadyError"
        case .groupTypeNotSupported: ""
        case .groupRequestHandled: "GroupRequestHandled"
        case .canNotAddYourself: "CanNotAddYourselfError"
        case .blockedByPeer: "BlockedByPeer"
        case .notPeersFriend: "NotPeersFriend"
        case .relationshipAlready: "RelationshipAlreadyError"
        case .friendRequestHandled: "FriendRequestHandled"
        case .messageHasReadDisable: "MessageHasReadDisable"
        case .mutedInGroup: "MutedInGroup"
        case .mutedGroup: "MutedGroup"
        case .messageAlreadyRevoked: "MsgAlreadyRevoke"
        case .tokenExpired: "TokenExpiredError"
        case .tokenInvalid: "TokenInvalidError"
        case .tokenMalformed: "TokenMalformedError"
        case .tokenNotValidYet: "TokenNotValidYetError"
        case .tokenUnknown: "TokenUnknownError"
        case .tokenKicked: "TokenKickedError"
        case .tokenNotExist: "TokenNotExistError"
        case .orgUserNoPermission: "OrgUserNoPermissionError"
        case .connectionsOverMax: "ConnOverMaxNumLimit"
        case .connectionArguments: "args err, need token, sendID, platformID"
        case .pushFailed: "push msg err"
        case .iosBackgroundPush: "ios background push err"
        case .fileUploadedExpired: "FileUploadedExpiredError"
        case .callback: "CallbackError"
        case .database: "DatabaseError"
        case .network: "NetworkError"
        case .data: "DataError"
        }
    }
}
