import FoundationEssentials
package import SwiftProtobuf

/// Makes notifications: messages of the server about something that has changed.
package enum NotificationMessage {
    /// How a notification is treated besides being delivered.
    package struct Treatment: Sendable, Hashable {
        /// Whether it is stored with a seq, for clients that are away; else only who is connected gets it.
        package var isStored: Bool
        /// Whether a copy is stored as a visible message of the chat.
        package var isVisible: Bool
        /// Whether clients that are away get an offline push.
        package var isPushedOffline: Bool

        package init(isStored: Bool, isVisible: Bool = false, isPushedOffline: Bool = false) {
            self.isStored = isStored
            self.isVisible = isVisible
            self.isPushedOffline = isPushedOffline
        }
    }

    /// Whom a notification is for.
    package enum Receiver: Sendable, Hashable {
        case user(String)
        case group(String)
    }

    /// A notification that has not been sent.
    ///
    /// - Parameters:
    ///   - contentType: what it is about.
    ///   - tips: the details; clients get them as JSON text within the content.
    ///   - sendID: in whose name it goes out.
    ///   - receiver: whom it is for.
    ///   - treatment: what happens to it.
    ///   - clientMsgID: what repeats are told by; fixed together with `createTime` wherever it may be produced twice.
    ///   - createTime: Unix time in milliseconds.
    /// - Returns: the message, with what the message service fills in left empty.
    /// - Throws: when the details cannot be written as JSON.
    package static func make(
        _ contentType: ContentType,
        tips: some Message,
        from sendID: String,
        to receiver: Receiver,
        treatment: Treatment,
        clientMsgID: String,
        createTime: Int64
    ) throws -> Openim_Sdkws_MsgData {
        let detail = String(decoding: try ProtoJSON.encode(tips), as: UTF8.self)
        return .with {
            $0.sendID = sendID
            switch receiver {
            case .user(let userID):
                $0.recvID = userID
                $0.sessionType = SessionType.single.rawValue
            case .group(let groupID):
                $0.recvID = groupID
                $0.groupID = groupID
                $0.sessionType = SessionType.group.rawValue
            }
            $0.clientMsgID = clientMsgID
            $0.msgFrom = MessageOrigin.system.rawValue
            $0.contentType = contentType.rawValue
            $0.content = Data(JSONValue.object([JSONMember("detail", .string(detail))]).encoded())
            $0.createTime = createTime
            $0.options = Self.options(treatment)
        }
    }

    /// All options, none left to its default.
    private static func options(_ treatment: Treatment) -> [String: Bool] {
        var options: [MessageOption: Bool] = [
            .isNotNotification: false, .isSendMsg: false, .history: false, .persistent: false, .offlinePush: false,
            .unreadCount: false, .conversationUpdate: false, .senderSync: true, .notPrivate: false,
            .senderConversationUpdate: false, .reactionFromCache: false,
        ]
        if treatment.isVisible {
            options[.isSendMsg] = true
            options[.unreadCount] = true
        }
        if treatment.isPushedOffline { options[.offlinePush] = true }
        if treatment.isStored {
            options[.history] = true
            options[.persistent] = true
        }
        return Dictionary(uniqueKeysWithValues: options.map { ($0.key.rawValue, $0.value) })
    }
}
