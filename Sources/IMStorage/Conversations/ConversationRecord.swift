package import IMProtocol
import SwiftProtobuf

/// What its owner sees of a chat.
package struct ConversationRecord: Sendable, Hashable {
    package var ownerUserID: String
    package var conversationID: String
    /// The session type.
    package var type: Int32
    /// The peer of a single or notification chat, else empty.
    package var userID: String
    package var groupID: String
    /// A `ReceiveOption`.
    package var receiveOption: Int32
    package var isPinned: Bool
    package var isPrivateChat: Bool
    /// Seconds from reading to deletion, which clients carry out.
    package var burnDuration: Int32
    /// 0 none, 1 me, 2 all, 3 all and me, 4 new announcement.
    package var groupAtType: Int32
    package var attachedInfo: String
    package var ex: String
    /// The first seq that the owner may see.
    package var minSeq: Int64
    /// The last seq that the owner may see; 0: no limit.
    package var maxSeq: Int64
    package var isMsgDestruct: Bool
    /// Seconds that messages are kept for the owner; 0: no limit.
    package var msgDestructTime: Int64
    /// Unix time in milliseconds of the latest destruction.
    package var latestMsgDestructTime: Int64

    /// A chat with the defaults of a new one.
    package init(ownerUserID: String, conversationID: String, type: Int32, userID: String = "", groupID: String = "") {
        self.init(
            .with {
                $0.ownerUserID = ownerUserID
                $0.conversationID = conversationID
                $0.conversationType = type
                $0.userID = userID
                $0.groupID = groupID
            }
        )
    }

    /// A chat as clients see it.
    package init(_ conversation: Openim_Conversation_Conversation) {
        self.ownerUserID = conversation.ownerUserID
        self.conversationID = conversation.conversationID
        self.type = conversation.conversationType
        self.userID = conversation.userID
        self.groupID = conversation.groupID
        self.receiveOption = conversation.recvMsgOpt
        self.isPinned = conversation.isPinned
        self.isPrivateChat = conversation.isPrivateChat
        self.burnDuration = conversation.burnDuration
        self.groupAtType = conversation.groupAtType
        self.attachedInfo = conversation.attachedInfo
        self.ex = conversation.ex
        self.minSeq = conversation.minSeq
        self.maxSeq = conversation.maxSeq
        self.isMsgDestruct = conversation.isMsgDestruct
        self.msgDestructTime = conversation.msgDestructTime
        self.latestMsgDestructTime = conversation.latestMsgDestructTime
    }

    /// The chat as clients see it.
    package var conversation: Openim_Conversation_Conversation {
        .with {
            $0.ownerUserID = self.ownerUserID
            $0.conversationID = self.conversationID
            $0.conversationType = self.type
            $0.userID = self.userID
            $0.groupID = self.groupID
            $0.recvMsgOpt = self.receiveOption
            $0.isPinned = self.isPinned
            $0.isPrivateChat = self.isPrivateChat
            $0.burnDuration = self.burnDuration
            $0.groupAtType = self.groupAtType
            $0.attachedInfo = self.attachedInfo
            $0.ex = self.ex
            $0.minSeq = self.minSeq
            $0.maxSeq = self.maxSeq
            $0.isMsgDestruct = self.isMsgDestruct
            $0.msgDestructTime = self.msgDestructTime
            $0.latestMsgDestructTime = self.latestMsgDestructTime
        }
    }
}
