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

    package init(operationID: String, userID: String = "", platform: String = "", connectionID: String = "") {
        self.operationID = operationID
        self.userID = userID
        self.platform = platform
        self.connectionID = connectionID
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
