/// What the server demands of a message (async.c: `NOTIFY_PAYLOAD_MAX_LENGTH`, and `NAMEDATALEN`).
enum NotifyRules {
    /// The longest payload, in bytes.
    static let payloadBytesMax = 7_999

    /// The statement that sends a message.
    ///
    /// - Throws: `.invalidValue` for a payload that is too long; `.invalidQuery` for a name that no channel can have.
    static func query(_ channel: PostgresIdentifier, _ payload: String) throws(PostgresError) -> PostgresQuery {
        _ = try self.check(channel).quoted()
        let count = payload.utf8.count
        guard count <= self.payloadBytesMax else {
            let message = "the payload of a notification has \(count) bytes; PostgreSQL takes \(self.payloadBytesMax)"
            throw PostgresError(.invalidValue, message)
        }
        return "SELECT pg_notify(\(channel.name), \(payload))"
    }

    /// Refuses a qualified name: channels are in no schema.
    static func check(_ channel: PostgresIdentifier) throws(PostgresError) -> PostgresIdentifier {
        guard channel.qualifier == nil else { throw PostgresError(.invalidQuery, "a channel is in no schema") }
        return channel
    }
}
