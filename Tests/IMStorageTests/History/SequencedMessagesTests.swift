import IMProtocol
import SwiftProtobuf
import Testing

@testable import IMStorage

@Suite struct SequencedMessagesTests {
    private func record(
        _ lastSeq: Int64,
        _ seqs: [Int64],
        conversation: String = "si_u1_u2"
    ) -> Openim_Msg_MsgDataToMongoByMQ {
        .with {
            $0.lastSeq = lastSeq
            $0.conversationID = conversation
            $0.msgData = seqs.map { Messages.text(seq: $0) }
        }
    }

    @Test func `consecutive messages are taken in their order`() throws {
        let run = try SequencedMessages(self.record(5, [6, 7, 8]))
        #expect(run.conversationID == "si_u1_u2")
        #expect(run.messages.map(\.seq) == [6, 7, 8])
    }

    @Test(
        arguments: [
            (5, [5]), (5, [7]), (5, [6, 8]), (5, [6, 6]), (5, [7, 6]), (5, []), (-1, [0]), (0, [0]),
            (.max, [.min]), (.max - 1, [.max]), (.min, [.min + 1]),
        ] as [(Int64, [Int64])]
    )
    func `anything else is refused`(lastSeq: Int64, seqs: [Int64]) {
        let error = #expect(throws: IMError.self) { try SequencedMessages(self.record(lastSeq, seqs)) }
        #expect(error?.code == 1001)
    }

    @Test func `a record without conversation is refused`() {
        #expect(throws: IMError.self) { try SequencedMessages(self.record(0, [1], conversation: "")) }
    }

    @Test func `the record of the wire reference is read`() throws {
        let run = try SequencedMessages(Openim_Msg_MsgDataToMongoByMQ(serializedBytes: RecordVectors.toMongo))
        #expect(run.conversationID == "si_user1_user2")
        #expect(run.messages.map(\.seq) == [6])
        #expect(run.messages.first?.clientMsgID == "5f3c7a0e9b1d4c2f8a6e0d1b2c3f4a5b")
    }
}
