import IMProtocol

/// The ping and pong that browsers send as text frames: `{"type":"ping","body":…}`.
enum TextHeartbeat: Equatable {
    /// To be answered by `answer`, a JSON text.
    case ping(answer: [UInt8])
    case pong

    /// Reads the payload of a text frame; nil when it is neither, which ends the connection.
    init?(_ payload: [UInt8]) {
        // Why it is no heartbeat would be told to nobody.
        guard let fields = try? JSONFields(parsing: payload), let type = try? fields.string("type") else { return nil }
        switch type {
        case "ping":
            let answer = JSONValue.object([
                JSONMember("type", .string("pong")),
                JSONMember("body", fields["body"] ?? .null),
            ])
            self = .ping(answer: answer.encoded())
        case "pong":
            self = .pong
        default:
            return nil
        }
    }
}
