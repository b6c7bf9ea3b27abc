/// What a server sends in one binary frame: the reply to a request, or something of its own accord.
package struct ResponseEnvelope: Sendable, Hashable {
    /// The number of the operation, `GatewayOperation`.
    package var identifier: Int32
    /// Copied from the request; empty in frames that answer none.
    package var messageIncrement: String
    /// The trace id.
    package var operationID: String
    /// 0, or the number of an error.
    package var errorCode: Int32
    /// The short text of the error.
    package var errorMessage: String
    /// The response message in protobuf; empty with an error.
    package var data: [UInt8]

    package init(
        identifier: Int32 = 0,
        messageIncrement: String = "",
        operationID: String = "",
        errorCode: Int32 = 0,
        errorMessage: String = "",
        data: [UInt8] = []
    ) {
        self.identifier = identifier
        self.messageIncrement = messageIncrement
        self.operationID = operationID
        self.errorCode = errorCode
        self.errorMessage = errorMessage
        self.data = data
    }

    /// The reply to `request` that carries `data`.
    package init(answering request: RequestEnvelope, data: [UInt8]) {
        self.init(
            identifier: request.identifier,
            messageIncrement: request.messageIncrement,
            operationID: request.operationID,
            data: data
        )
    }

    /// The reply to `request` that carries `error`; there is no place for the error's detail.
    package init(answering request: RequestEnvelope, error: IMError) {
        self.init(
            identifier: request.identifier,
            messageIncrement: request.messageIncrement,
            operationID: request.operationID,
            errorCode: error.code,
            errorMessage: error.message
        )
    }
}
