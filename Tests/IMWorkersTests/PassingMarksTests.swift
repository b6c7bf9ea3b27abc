import Foundation
import IMProtocol
import IMStorage
import SwiftProtobuf
import Testing

@testable import IMWorkers

@Suite struct PassingMarksTests {
    private func message(_ sender: String, seq: Int64) -> Openim_Sdkws_MsgData {
        .with {
            $0.sendID = sender
            $0.seq = seq
        }
    }

    private func receipt(
        by reader: String = "u1",
        from sender: String = "u1",
        of conversationID: String = "si_u1_u2",
        hasReadSeq: Int64,
        seqs: [Int64] = []
    ) throws -> Openim_Sdkws_MsgData {
        let tips = Openim_Sdkws_MarkAsReadTips.with {
            $0.markAsReadUserID = reader
            $0.conversationID = conversationID
            $0.seqs = seqs
            $0.hasReadSeq_p = hasReadSeq
        }
        return try NotificationMessage.make(
            .hasReadReceipt,
            tips: tips,
            from: sender,
            to: .user("u2"),
            treatment: .init(isStored: false),
            clientMsgID: "r",
            createTime: 1
        )
    }

    @Test func `a sender has read up to his last message of each chat, notifications aside`() {
        let marks = PassingMarks.ofSenders([
            SequencedMessages(
                conversationID: "si_u1_u2",
                risingMessages: [self.message("u1", seq: 3), self.message("u2", seq: 4), self.message("u1", seq: 5)]
            ),
            SequencedMessages(conversationID: "n_u1_u2", risingMessages: [self.message("u1", seq: 9)]),
        ])
        #expect(
            Set(marks) == [
                ReadMark(conversationID: "si_u1_u2", userID: "u1", seq: 5),
                ReadMark(conversationID: "si_u1_u2", userID: "u2", seq: 4),
            ]
        )
    }

    @Test func `of several receipts the greatest seq counts`() throws {
        let marks = PassingMarks.ofReceipts([
            try self.receipt(hasReadSeq: 7), try self.receipt(hasReadSeq: 0, seqs: [12, 3]),
            try self.receipt(hasReadSeq: 2), try self.receipt(of: "sg_g", hasReadSeq: 4),
        ])
        #expect(
            Set(marks) == [
                ReadMark(conversationID: "si_u1_u2", userID: "u1", seq: 12),
                ReadMark(conversationID: "sg_g", userID: "u1", seq: 4),
            ]
        )
    }

    @Test(
        arguments: [
            "", "{", "7", "{}", #"{"detail":null}"#, #"{"detail":"{"}"#, #"{"detail":"[]"}"#, #"{"detail":"{}"}"#,
            #"{"detail":"{\"markAsReadUserID\":\"u1\",\"conversationID\":\"c\",\"hasReadSeq\":\"x\"}"}"#,
        ]
    )
    func `a receipt that cannot be read tells nothing`(content: String) throws {
        var message = try self.receipt(hasReadSeq: 7)
        message.content = Data(content.utf8)
        #expect(PassingMarks.ofReceipts([message]).isEmpty)
    }

    @Test func `nobody can tell what somebody else has read, nor a seq that cannot be`() throws {
        let receipts = [
            try self.receipt(by: "u2", from: "u1", hasReadSeq: 7), try self.receipt(of: "", hasReadSeq: 7),
            try self.receipt(hasReadSeq: -1), try self.receipt(hasReadSeq: .max),
        ]
        #expect(PassingMarks.ofReceipts(receipts).isEmpty)
    }

    @Test func `what is no receipt tells nothing`() throws {
        var message = try self.receipt(hasReadSeq: 7)
        message.contentType = ContentType.text.rawValue
        #expect(PassingMarks.ofReceipts([message]).isEmpty)
    }
}
