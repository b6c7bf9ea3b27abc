import CMongoBaseline
import Mongo

/// A message as the product stores it: 22 fields, 500 bytes as a document.
struct MongoMessage: Sendable, Equatable, Codable {
    var sendID: String
    var recvID: String
    var groupID: String
    var clientMessageID: String
    var serverMessageID: String
    var senderPlatformID: Int32
    var senderNickname: String
    var senderFaceURL: String
    var sessionType: Int32
    var messageFrom: Int32
    var contentType: Int32
    var content: String
    var seq: Int64
    var sendTime: Int64
    var createTime: Int64
    var status: Int32
    var isRead: Bool
    var options: MongoMessageOptions
    var offlinePush: MongoMessageOptions?
    var atUserIDList: [String]
    var attachedInfo: String
    var ex: String

    enum CodingKeys: String, CodingKey {
        case sendID = "send_id"
        case recvID = "recv_id"
        case groupID = "group_id"
        case clientMessageID = "client_msg_id"
        case serverMessageID = "server_msg_id"
        case senderPlatformID = "sender_platform_id"
        case senderNickname = "sender_nickname"
        case senderFaceURL = "sender_face_url"
        case sessionType = "session_type"
        case messageFrom = "msg_from"
        case contentType = "content_type"
        case content
        case seq
        case sendTime = "send_time"
        case createTime = "create_time"
        case status
        case isRead = "is_read"
        case options
        case offlinePush = "offline_push"
        case atUserIDList = "at_user_id_list"
        case attachedInfo = "attached_info"
        case ex
    }
}
