/// The envelopes in JSON, with the data in standard padded base64.
package enum JSONEnvelope {
    /// The request in `frame`.
    ///
    /// - Throws: when it is no JSON, a value has the wrong type, or the data is not base64.
    static func decodeRequest(_ frame: UnsafeRawBufferPointer) throws(EnvelopeError) -> RequestEnvelope {
        var request = RequestEnvelope()
        var reader = EnvelopeJSONReader(frame)
        try reader.readDocument { (key, reader) throws(EnvelopeError) in
            switch key {
            case "reqidentifier": request.identifier = try reader.readInt32() ?? request.identifier
            case "token": request.token = try reader.readString() ?? request.token
            case "sendid": request.sendID = try reader.readString() ?? request.sendID
            case "operationid": request.operationID = try reader.readString() ?? request.operationID
            case "msgincr": request.messageIncrement = try reader.readString() ?? request.messageIncrement
            case "data": request.data = try self.readData(&reader)
            default: try reader.skipValue()
            }
        }
        return request
    }

    /// The response in `frame`.
    static func decodeResponse(_ frame: UnsafeRawBufferPointer) throws(EnvelopeError) -> ResponseEnvelope {
        var response = ResponseEnvelope()
        var reader = EnvelopeJSONReader(frame)
        try reader.readDocument { (key, reader) throws(EnvelopeError) in
            switch key {
            case "reqidentifier": response.identifier = try reader.readInt32() ?? response.identifier
            case "msgincr": response.messageIncrement = try reader.readString() ?? response.messageIncrement
            case "operationid": response.operationID = try reader.readString() ?? response.operationID
            case "errcode": response.errorCode = try reader.readInt32() ?? response.errorCode
            case "errmsg": response.errorMessage = try reader.readString() ?? response.errorMessage
            case "data": response.data = try self.readData(&reader)
            default: try reader.skipValue()
            }
        }
        return response
    }

    /// `request` as a frame.
    static func encode(_ request: RequestEnvelope) -> [UInt8] {
        var writer = EnvelopeJSONWriter(capacity: request.data.count / 3 * 4 + 192)
        writer.member("reqIdentifier", request.identifier)
        writer.member("token", request.token)
        writer.member("sendID", request.sendID)
        writer.member("operationID", request.operationID)
        writer.member("msgIncr", request.messageIncrement)
        writer.member("data", base64: request.data)
        return writer.finish()
    }

    /// `response` as a frame, always with all six keys.
    static func encode(_ response: ResponseEnvelope) -> [UInt8] {
        var writer = EnvelopeJSONWriter(capacity: response.data.count / 3 * 4 + 192)
        writer.member("reqIdentifier", response.identifier)
        writer.member("msgIncr", response.messageIncrement)
        writer.member("operationID", response.operationID)
        writer.member("errCode", response.errorCode)
        writer.member("errMsg", response.errorMessage)
        writer.member("data", base64: response.data)
        return writer.finish()
    }

    private static func readData(_ reader: inout EnvelopeJSONReader) throws(EnvelopeError) -> [UInt8] {
        guard let text = try reader.readString() else { return [] }
        guard let bytes = Base64.decode(text.utf8) else { throw EnvelopeError(.malformed, "data that is not base64") }
        return bytes
    }
}
