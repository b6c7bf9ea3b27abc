import IMProtocol

/// The ping and pong that browsers send as text frames: `{"type":"ping","body":…}`.
enum TextHeartbeat: Equatable {
    /// To be answered by `answer`, a JSON text.
    case ping(answer: [UInt8])
    case pong

    /// Reads the payload of a text frame; nil when it is neither, which ends the connection.
    init?(_ payload: [UInt8]) {
        var type = ""
        var body = Array("null".utf8)
        do {
            try payload.span.bytes.withUnsafeBytes { (bytes) throws(EnvelopeError) in
                var reader = EnvelopeJSONReader(bytes)
                try reader.readDocument { (key, reader) throws(EnvelopeError) in
                    switch key {
                    case "type": type = try reader.readString() ?? type
                    // Repaired where it is no UTF-8, which a text frame must be.
                    case "body": body = Array(String(decoding: try reader.readRaw(), as: UTF8.self).utf8)
                    default: try reader.skipValue()
                    }
                }
            }
        } catch {
            return nil
        }
        switch type {
        case "ping":
            var writer = EnvelopeJSONWriter(capacity: body.count + 32)
            writer.member("type", "pong")
            writer.member("body", raw: body)
            self = .ping(answer: writer.finish())
        case "pong":
            self = .pong
        default:
            return nil
        }
    }
}
