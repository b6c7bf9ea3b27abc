/// Decodes envelopes of both encodings.
///
/// Holds what is remembered between frames to make the next one cheap. Not shared between threads; keep one per event
/// loop. Decoding never depends on frames before, only its cost does.
package struct EnvelopeDecoder {
    private var requests = GobStructDecoder(fields: GobEnvelope.requestFields)
    private var responses = GobStructDecoder(fields: GobEnvelope.responseFields)

    package init() {}

    /// The request in `frame`, which is decompressed already.
    package mutating func decodeRequest(
        _ frame: UnsafeRawBufferPointer,
        _ encoding: EnvelopeEncoding
    ) throws(EnvelopeError) -> RequestEnvelope {
        guard encoding == .gob else { return try JSONEnvelope.decodeRequest(frame) }
        var request = RequestEnvelope()
        try self.requests.decode(frame) { (field, reader) throws(EnvelopeError) in
            switch field {
            case 0: request.identifier = try reader.readInt32()
            case 1: request.token = try reader.readString()
            case 2: request.sendID = try reader.readString()
            case 3: request.operationID = try reader.readString()
            case 4: request.messageIncrement = try reader.readString()
            default: request.data = Array(try reader.readBytes())
            }
        }
        return request
    }

    /// The response in `frame`, which is decompressed already.
    package mutating func decodeResponse(
        _ frame: UnsafeRawBufferPointer,
        _ encoding: EnvelopeEncoding
    ) throws(EnvelopeError) -> ResponseEnvelope {
        guard encoding == .gob else { return try JSONEnvelope.decodeResponse(frame) }
        var response = ResponseEnvelope()
        try self.responses.decode(frame) { (field, reader) throws(EnvelopeError) in
            switch field {
            case 0: response.identifier = try reader.readInt32()
            case 1: response.messageIncrement = try reader.readString()
            case 2: response.operationID = try reader.readString()
            case 3: response.errorCode = try reader.readInt32()
            case 4: response.errorMessage = try reader.readString()
            default: response.data = Array(try reader.readBytes())
            }
        }
        return response
    }
}
