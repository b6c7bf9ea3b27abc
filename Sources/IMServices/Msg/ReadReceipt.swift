import IMProtocol
import IMStorage
import SwiftProtobuf

/// The notification that a user has read something (2200).
struct ReadReceipt: Sendable {
    /// The reader's row of the chat.
    let row: ConversationRecord
    /// The messages that were read, where they are told one by one.
    let seqs: [Int64]
    /// The reader's new position.
    let hasReadSeq: Int64

    /// For the other side, the reader's own devices included; stored, for it changes what the other side sees.
    func toPeer(at time: Int64) throws -> Openim_Sdkws_MsgData {
        let isGroup = self.row.type == SessionType.group.rawValue
        let receiver: NotificationMessage.Receiver = isGroup ? .group(self.row.groupID) : .user(self.row.userID)
        return try self.message(to: receiver, isStored: true, at: time)
    }

    /// For the reader's own devices that are connected.
    func toSelf(at time: Int64) throws -> Openim_Sdkws_MsgData {
        try self.message(to: .user(self.row.ownerUserID), isStored: false, at: time)
    }

    private func message(
        to receiver: NotificationMessage.Receiver,
        isStored: Bool,
        at time: Int64
    ) throws -> Openim_Sdkws_MsgData {
        let tips = Openim_Sdkws_MarkAsReadTips.with {
            $0.markAsReadUserID = self.row.ownerUserID
            $0.conversationID = self.row.conversationID
            $0.seqs = self.seqs
            $0.hasReadSeq_p = self.hasReadSeq
        }
        return try NotificationMessage.make(
            .hasReadReceipt,
            tips: tips,
            from: self.row.ownerUserID,
            to: receiver,
            treatment: .init(isStored: isStored),
            clientMsgID: Self.makeID(),
            createTime: time
        )
    }

    /// 32 hexadecimal digits that nothing else has.
    private static func makeID() -> String {
        (0..<2).map { _ in
            let digits = String(UInt64.random(in: .min ... .max), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
