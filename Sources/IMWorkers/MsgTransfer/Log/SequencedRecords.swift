import IMProtocol
import IMStorage
import Kafka

/// A record of `toMongo` and the messages that it holds.
struct SequencedRecords: Sendable {
    let record: KafkaRecord
    let messages: SequencedMessages

    /// Whether this message is one of them.
    func holds(_ message: Openim_Sdkws_MsgData) -> Bool {
        self.messages.messages.contains {
            $0.seq == message.seq && $0.clientMsgID == message.clientMsgID && $0.sendID == message.sendID
        }
    }
}
