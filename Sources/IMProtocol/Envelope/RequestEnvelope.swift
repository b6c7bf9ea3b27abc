/// What a client sends in one binary frame.
package struct RequestEnvelope: Sendable, Hashable {
    /// The number of the operation, `GatewayOperation`.
    package var identifier: Int32
    /// Not used by servers; clients leave it empty.
    package var token: String
    /// The user that the connection belongs to.
    package var sendID: String
    /// The trace id of the request.
    package var operationID: String
    /// What the client tells its replies apart by.
    package var messageIncrement: String
    /// The request message in protobuf.
    package var data: [UInt8]

    package init(
        identifier: Int32 = 0,
        token: String = "",
        sendID: String = "",
        operationID: String = "",
        messageIncrement: String = "",
        data: [UInt8] = []
    ) {
        self.identifier = identifier
        self.token = token
        self.sendID = sendID
        self.operationID = operationID
        self.messageIncrement = messageIncrement
        self.data = data
    }
}
