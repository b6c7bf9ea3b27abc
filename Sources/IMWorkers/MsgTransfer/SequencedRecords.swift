import IMProtocol
import IMStorage
import Kafka
import SwiftProtobuf

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

    /// Reads a batch; what cannot be read goes to the dead letters and does not hold up the rest.
    static func read(_ records: [KafkaRecord], deadLetters: DeadLetters) async throws -> [SequencedRecords] {
        var runs: [SequencedRecords] = []
        for record in records {
            do {
                let payload = try Openim_Msg_MsgDataToMongoByMQ(serializedBytes: record.value ?? [])
                runs.append(SequencedRecords(record: record, messages: try SequencedMessages(payload)))
            } catch {
                try await deadLetters.add(record, reason: "no MsgDataToMongoByMQ that can be stored: \(error)")
            }
        }
        return runs
    }
}
