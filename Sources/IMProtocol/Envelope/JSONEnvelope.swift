/// The envelopes in JSON, with the data in standard padded base64.
package enum JSONEnvelope {
    /// The request in `frame`.
    ///
    /// - Throws: when it is no JSON, a value has the wrong type, or the data is not base64.
    static func decodeRequest(_ frame: UnsafeRawBufferPointer) throws(EnvelopeError) -> RequestEnvelope {
        let fields = try JSONFields(parsing: Array(frame))
        var request = RequestEnvelope()
        request.identifier = try fields.int32("reqIdentifier")
        request.token = try fields.string("token")
        request.sendID = try fields.string("sendID")
        request.operationID = try fields.string("operationID")
        request.messageIncrement = try fields.string("msgIncr")
        request.data = try fields.bytes("data")
        return request
    }

    /// The response in `frame`.
    static func decodeResponse(_ frame: UnsafeRawBufferPointer) throws(EnvelopeError) -> ResponseEnvelope {
        let fields = try JSONFields(parsing: Array(frame))
        var response = ResponseEnvelope()
        response.identifier = try fields.int32("reqIdentifier")
        response.messageIncrement = try fields.string("msgIncr")
        response.operationID = try fields.string("operationID")
        response.errorCode = try fields.int32("errCode")
        response.errorMessage = try fields.string("errMsg")
        response.data = try fields.bytes("data")
        return response
    }

    /// `request` as a frame.
    static func encode(_ request: RequestEnvelope) -> [UInt8] {
        JSONValue.object([
            JSONMember("reqIdentifier", .integer(request.identifier)),
            JSONMember("token", .string(request.token)),
            JSONMember("sendID", .string(request.sendID)),
            JSONMember("operationID", .string(request.operationID)),
            JSONMember("msgIncr", .string(request.messageIncrement)),
            JSONMember("data", self.base64(request.data)),
        ]).encoded()
    }

    /// `response` as a frame, always with all six keys.
    static func encode(_ response: ResponseEnvelope) -> [UInt8] {
        JSONValue.object([
            JSONMember("reqIdentifier", .integer(response.identifier)),
            JSONMember("msgIncr", .string(response.messageIncrement)),
            JSONMember("operationID", .string(response.operationID)),
            JSONMember("errCode", .integer(response.errorCode)),
            JSONMember("errMsg", .string(response.errorMessage)),
            JSONMember("data", self.base64(response.data)),
        ]).encoded()
    }

    private static func base64(_ data: [UInt8]) -> JSONValue {
        data.isEmpty ? .null : .string(String(decoding: Base64.encode(data), as: UTF8.self))
    }
}
