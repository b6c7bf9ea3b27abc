/// The envelopes in gob: the fields of both, their definitions, and encoders without state.
package enum GobEnvelope {
    static let requestFields = [
        Gob.Field("ReqIdentifier", Gob.Kind.int),
        Gob.Field("Token", Gob.Kind.string),
        Gob.Field("SendID", Gob.Kind.string),
        Gob.Field("OperationID", Gob.Kind.string),
        Gob.Field("MsgIncr", Gob.Kind.string),
        Gob.Field("Data", Gob.Kind.bytes),
    ]
    static let responseFields = [
        Gob.Field("ReqIdentifier", Gob.Kind.int),
        Gob.Field("MsgIncr", Gob.Kind.string),
        Gob.Field("OperationID", Gob.Kind.string),
        Gob.Field("ErrCode", Gob.Kind.int),
        Gob.Field("ErrMsg", Gob.Kind.string),
        Gob.Field("Data", Gob.Kind.bytes),
    ]
    private static let requestDefinition = Gob.definitionSegment(typeName: "GeneralWsReq", fields: requestFields)
    private static let responseDefinition = Gob.definitionSegment(typeName: "Resp", fields: responseFields)

    /// `request` as a complete frame: definition and value.
    package static func encode(_ request: RequestEnvelope) -> [UInt8] {
        let count =
            3 + GobWriter.fieldCount(request.identifier)
            + GobWriter.fieldCount(bytes: request.token.utf8.count)
            + GobWriter.fieldCount(bytes: request.sendID.utf8.count)
            + GobWriter.fieldCount(bytes: request.operationID.utf8.count)
            + GobWriter.fieldCount(bytes: request.messageIncrement.utf8.count)
            + GobWriter.fieldCount(bytes: request.data.count)
        var writer = GobWriter(prefix: self.requestDefinition, capacity: count + 9)
        writer.writeUInt(UInt64(count))
        writer.writeInt(Gob.envelopeTypeID)
        writer.writeField(0, request.identifier)
        writer.writeField(1, request.token.utf8)
        writer.writeField(2, request.sendID.utf8)
        writer.writeField(3, request.operationID.utf8)
        writer.writeField(4, request.messageIncrement.utf8)
        writer.writeField(5, request.data)
        writer.endStruct()
        return writer.bytes
    }

    /// `response` as a complete frame: definition and value.
    package static func encode(_ response: ResponseEnvelope) -> [UInt8] {
        let count =
            3 + GobWriter.fieldCount(response.identifier)
            + GobWriter.fieldCount(bytes: response.messageIncrement.utf8.count)
            + GobWriter.fieldCount(bytes: response.operationID.utf8.count)
            + GobWriter.fieldCount(response.errorCode)
            + GobWriter.fieldCount(bytes: response.errorMessage.utf8.count)
            + GobWriter.fieldCount(bytes: response.data.count)
        var writer = GobWriter(prefix: self.responseDefinition, capacity: count + 9)
        writer.writeUInt(UInt64(count))
        writer.writeInt(Gob.envelopeTypeID)
        writer.writeField(0, response.identifier)
        writer.writeField(1, response.messageIncrement.utf8)
        writer.writeField(2, response.operationID.utf8)
        writer.writeField(3, response.errorCode)
        writer.writeField(4, response.errorMessage.utf8)
        writer.writeField(5, response.data)
        writer.endStruct()
        return writer.bytes
    }
}
