package import IMProtocol
package import Kafka

/// The four headers of every pipeline record, in the order that OpenIM v3.8 reads them by: it looks at positions, not
/// names, and a fifth header crashes its consumers.
package struct PipelineHeaders: Sendable, Hashable {
    /// The trace id of the request.
    package var operationID: String
    /// The acting user.
    package var userID: String
    /// The name of the acting user's platform.
    package var platform: String
    /// The long connection's id, empty for HTTP.
    package var connectionID: String

    /// The longest value, in bytes, for headers count towards the size of a record.
    package static let valueBytesMax = 256
    /// The longest list of operation ids of a batch, in bytes.
    private static let joinedBytesMax = 8192

    /// Values beyond the limit are cut: they serve tracing only.
    package init(operationID: String, userID: String = "", platform: String = "", connectionID: String = "") {
        self.operationID = Self.cut(operationID, Self.valueBytesMax)
        self.userID = Self.cut(userID, Self.valueBytesMax)
        self.platform = Self.cut(platform, Self.valueBytesMax)
        self.connectionID = Self.cut(connectionID, Self.valueBytesMax)
    }

    /// The headers of a record that many requests share: their operation ids, joined by `$`.
    package init(joining operationIDs: [String]) {
        self.operationID = Self.cut(operationIDs.joined(separator: "$"), Self.joinedBytesMax)
        self.userID = ""
        self.platform = ""
        self.connectionID = ""
    }

    private static func cut(_ text: String, _ bytesMax: Int) -> String {
        text.utf8.count <= bytesMax ? text : String(decoding: text.utf8.prefix(bytesMax), as: UTF8.self)
    }

    /// The headers of what a call produces.
    package init(_ context: CallContext) {
        self.init(
            operationID: context.operationID,
            userID: context.userID,
            platform: context.platform?.name ?? "",
            connectionID: context.connectionID
        )
    }

    /// Reads the headers of a record; missing ones are empty.
    package init(_ record: KafkaRecord) {
        let values = record.headers.prefix(4).map { String(decoding: $0.value ?? [], as: UTF8.self) }
        self.init(
            operationID: values.first ?? "",
            userID: values.count > 1 ? values[1] : "",
            platform: values.count > 2 ? values[2] : "",
            connectionID: values.count > 3 ? values[3] : ""
        )
    }

    /// The headers as Kafka carries them.
    package var kafkaHeaders: [KafkaHeader] {
        [
            KafkaHeader(key: "operationID", value: Array(self.operationID.utf8)),
            KafkaHeader(key: "opUserID", value: Array(self.userID.utf8)),
            KafkaHeader(key: "platform", value: Array(self.platform.utf8)),
            KafkaHeader(key: "connID", value: Array(self.connectionID.utf8)),
        ]
    }

    /// The context of a call that a worker makes on behalf of the record.
    package var callContext: CallContext {
        CallContext(
            operationID: self.operationID,
            userID: self.userID,
            platform: Platform.allCases.first { $0.name == self.platform },
            connectionID: self.connectionID
        )
    }
}
