import IMProtocol

extension IMError {
    /// Reads the JSON object with which a gateway answers a connection attempt; nil when it is none.
    init?(answer: [UInt8]) {
        var code: Int32?
        var error = IMError(.serverInternal)
        do {
            try answer.span.bytes.withUnsafeBytes { (bytes) throws(EnvelopeError) in
                var reader = EnvelopeJSONReader(bytes)
                try reader.readDocument { (key, reader) throws(EnvelopeError) in
                    switch key {
                    case "errcode": code = try reader.readInt32()
                    case "errmsg": error.message = try reader.readString() ?? ""
                    case "errdlt": error.detail = try reader.readString() ?? ""
                    default: try reader.skipValue()
                    }
                }
            }
        } catch {
            return nil
        }
        guard let code else { return nil }
        error.code = code
        self = error
    }

    /// The error of a reply; nil when it is a success.
    init?(reply: ResponseEnvelope) {
        guard reply.errorCode != 0 else { return nil }
        self.init(.serverInternal)
        self.code = reply.errorCode
        self.message = reply.errorMessage
    }
}
