import Foundation
import IMProtocol
import IMStorage
import Kafka
import SwiftProtobuf

@testable import IMWorkers

/// Records of `toRedis` for tests.
enum Incoming {
    /// A message of `sender` to `receiver` that keeps all rules.
    static func message(
        _ clientMsgID: String,
        from sender: String = "u1",
        to receiver: String = "u2",
        isStored: Bool = true,
        contentBytes: Int = 2
    ) -> Openim_Sdkws_MsgData {
        .with {
            $0.sendID = sender
            $0.recvID = receiver
            $0.clientMsgID = clientMsgID
            $0.sessionType = 1
            $0.contentType = 101
            $0.content = Data(repeating: UInt8(ascii: "x"), count: contentBytes)
            if !isStored { $0.switchOff(.history) }
        }
    }

    static func record(_ message: Openim_Sdkws_MsgData, operationID: String = "op") throws -> KafkaRecord {
        let bytes: [UInt8] = try message.serializedBytes()
        return KafkaRecord(
            topic: "toRedis",
            partition: 3,
            offset: 7,
            key: Array((ConversationID.kafkaKey(message) ?? "").utf8),
            value: bytes,
            headers: PipelineHeaders(operationID: operationID, userID: "u1", platform: "IOS", connectionID: "c")
                .kafkaHeaders
        )
    }

    static func read(_ message: Openim_Sdkws_MsgData, operationID: String = "op") throws -> IncomingMessage {
        try IncomingMessage(self.record(message, operationID: operationID))
    }
}
