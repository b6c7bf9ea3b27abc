import Testing

@testable import IMProtocol

@Suite struct ErrorCodeTests {
    /// The list that OpenIM v3.8 publishes, without 0 for success.
    private static let published: [Int32: String] = [
        500: "ServerInternalError", 1001: "ArgsError", 1002: "NoPermissionError", 1003: "DuplicateKeyError",
        1004: "RecordNotFoundError",
        1050: "secret not changed, please change secret in config/share.yml for security reasons",
        1101: "UserIDNotFoundError", 1102: "RegisteredAlreadyError", 1201: "GroupIDNotFoundError",
        1202: "GroupIDExisted", 1203: "NotInGroupYetError", 1204: "DismissedAlreadyError", 1205: "",
        1206: "GroupRequestHandled", 1301: "CanNotAddYourselfError", 1302: "BlockedByPeer", 1303: "NotPeersFriend",
        1304: "RelationshipAlreadyError", 1305: "FriendRequestHandled", 1401: "MessageHasReadDisable",
        1402: "MutedInGroup", 1403: "MutedGroup", 1404: "MsgAlreadyRevoke", 1501: "TokenExpiredError",
        1502: "TokenInvalidError", 1503: "TokenMalformedError", 1504: "TokenNotValidYetError",
        1505: "TokenUnknownError", 1506: "TokenKickedError", 1507: "TokenNotExistError",
        1520: "OrgUserNoPermissionError", 1601: "ConnOverMaxNumLimit",
        1602: "args err, need token, sendID, platformID", 1603: "push msg err", 1604: "ios background push err",
        1701: "FileUploadedExpiredError", 80_000: "CallbackError", 90_002: "DatabaseError", 90_004: "NetworkError",
        90_007: "DataError",
    ]

    @Test func `the codes and their texts are the published ones`() {
        let codes = Dictionary(uniqueKeysWithValues: ErrorCode.allCases.map { ($0.rawValue, $0.message) })
        #expect(codes.filter { Self.published[$0.key] != $0.value } == [:])
        #expect(Self.published.filter { codes[$0.key] != $0.value } == [:])
    }

    @Test func `an error has its code's text and says what is wrong`() {
        let error = IMError(.args, "recvID is empty")
        #expect(error.code == 1001)
        #expect(error.message == "ArgsError")
        #expect(error.description == "1001 ArgsError: recvID is empty")
        #expect(IMError(.tokenKicked).description == "1506 TokenKickedError")
        #expect(IMError(.tokenUnknown, message: "signature is invalid").message == "signature is invalid")
    }

    @Test func `a client sees our errors as they are and nothing of others`() {
        struct Inner: Error, CustomStringConvertible {
            let description = "password=abc at db.internal"
        }
        let own = IMError(.recordNotFound, "user x")
        #expect(IMError.visible(own) == own)
        let other = IMError.visible(Inner())
        #expect(other.code == 500)
        #expect(!other.description.contains("abc"))
        #expect(!other.description.contains("db.internal"))
    }
}
