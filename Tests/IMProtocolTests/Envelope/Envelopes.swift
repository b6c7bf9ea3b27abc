import IMProtocol

/// Decodes one frame with a fresh decoder.
enum Envelopes {
    static func request(_ frame: [UInt8], _ encoding: EnvelopeEncoding = .gob) throws(EnvelopeError) -> RequestEnvelope
    {
        var decoder = EnvelopeDecoder()
        return try frame.span.bytes.withUnsafeBytes { (bytes) throws(EnvelopeError) in
            try decoder.decodeRequest(bytes, encoding)
        }
    }

    static func response(
        _ frame: [UInt8],
        _ encoding: EnvelopeEncoding = .gob
    ) throws(EnvelopeError) -> ResponseEnvelope {
        var decoder = EnvelopeDecoder()
        return try frame.span.bytes.withUnsafeBytes { (bytes) throws(EnvelopeError) in
            try decoder.decodeResponse(bytes, encoding)
        }
    }
}
