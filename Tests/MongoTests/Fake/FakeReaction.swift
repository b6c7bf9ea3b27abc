import Mongo

/// What a `FakeMongo` does about a command.
enum FakeReaction: Sendable {
    case reply(BSONDocument)
    /// Never answers, and reads on.
    case stall
    /// Closes the connection.
    case close
    /// Sends so many bytes of the reply, then nothing more.
    case stallAfter(bytes: Int, of: BSONDocument)
    /// Sends so many bytes of the reply and closes the connection.
    case closeAfter(bytes: Int, of: BSONDocument)
    /// Sends the reply a byte at a time, with a pause after each.
    case dribble(BSONDocument, pauseMilliseconds: UInt32)
    /// Replies after a pause.
    case late(BSONDocument, milliseconds: UInt32)

    static let ok = FakeReaction.reply(["ok": .double(1)])

    /// An error of the server.
    static func error(_ code: Int32, _ name: String, _ message: String, labels: [String] = []) -> FakeReaction {
        var document: BSONDocument = [
            "ok": .double(0), "code": .int32(code), "codeName": .string(name), "errmsg": .string(message),
        ]
        if !labels.isEmpty {
            document.append("errorLabels", .array(labels.map { .string($0) }))
        }
        return .reply(document)
    }

    /// A batch of a cursor; id 0 is the last.
    static func batch(
        _ key: String,
        _ documents: [BSONDocument],
        id: Int64,
        namespace: String = "test.fake"
    ) -> FakeReaction {
        let batch = BSONValue.array(documents.map { .document($0) })
        return .reply([
            "cursor": ["id": .int64(id), "ns": .string(namespace), .init(key): batch], "ok": .double(1),
        ])
    }
}
