package import Mongo

/// Read positions of users, and what each may read of a conversation; in MongoDB.
///
/// What users have read only grows, whichever of several processes writes last.
package struct ReadPositionStore: Sendable {
    /// Keys that one query looks for.
    private static let keysPerQuery = 1000

    private let positions: MongoCollection

    /// The positions in the client's database.
    package init(mongo: MongoClient) {
        self.positions = mongo.collection("seq_user")
    }

    /// Creates the index that does not exist yet, under the name that OpenIM's own tools give it.
    ///
    /// - Throws: `.duplicateKey` when OpenIM, whose index is not unique, left two positions of one user and conversation.
    package func prepare() async throws {
        try await self.positions.createIndex(
            keys: ["user_id": .int32(1), "conversation_id": .int32(1)],
            unique: true,
            name: "user_id_1_conversation_id_1"
        )
    }

    // MARK: - Reading

    /// The positions of a user in those of the conversations where there is one.
    package func positions(of userID: String, in conversationIDs: [String]) async throws -> [String: ReadPosition] {
        try await self.positions(["user_id": .string(userID)], each: "conversation_id", of: conversationIDs)
    }

    /// The positions in a conversation of those of the users who have one.
    package func positions(in conversationID: String, of userIDs: [String]) async throws -> [String: ReadPosition] {
        try await self.positions(["conversation_id": .string(conversationID)], each: "user_id", of: userIDs)
    }

    private func positions(
        _ filter: BSONDocument,
        each key: String,
        of values: [String]
    ) async throws -> [String: ReadPosition] {
        var positions: [String: ReadPosition] = [:]
        var rest = values[...]
        while !rest.isEmpty {
            let some = rest.prefix(Self.keysPerQuery)
            rest = rest.dropFirst(Self.keysPerQuery)
            var filter = filter
            filter.append(key, .document(["$in": .array(some.map { .string($0) })]))
            for document in try await self.positions.findAll(filter, options: HistoryStore.certain()) {
                positions[document.text(key)] = ReadPosition(document)
            }
        }
        return positions
    }

    // MARK: - Writing

    /// Raises what users have read; a lower mark changes nothing.
    ///
    /// - Parameter marks: any number, also several of one user and conversation: all are written together, each pair once.
    /// - Throws: errors that may pass; some of the marks may have been written then.
    package func raise(_ marks: [ReadMark]) async throws {
        let writes = ReadMark.greatest(of: marks).map { mark in
            Self.write(mark.userID, mark.conversationID, "$max", ["read_seq": .int64(mark.seq)])
        }
        try await MaximumWrites(in: self.positions).apply(writes)
    }

    /// Raises the smallest seq that users may read of a conversation; never makes a message readable again.
    package func raiseMinSeq(_ minSeq: Int64, of userIDs: [String], in conversationID: String) async throws {
        let writes = Set(userIDs).map { Self.write($0, conversationID, "$max", ["min_seq": .int64(minSeq)]) }
        try await MaximumWrites(in: self.positions).apply(writes)
    }

    /// Sets the greatest seq that users may read of a conversation: when they leave; 0, when they are back, takes the
    /// bound away.
    package func setMaxSeq(_ maxSeq: Int64, of userIDs: [String], in conversationID: String) async throws {
        let writes = Set(userIDs).map { Self.write($0, conversationID, "$set", ["max_seq": .int64(maxSeq)]) }
        try await MaximumWrites(in: self.positions).apply(writes)
    }

    private static func write(
        _ userID: String,
        _ conversationID: String,
        _ operation: String,
        _ change: BSONDocument
    ) -> MongoWrite {
        // What is not changed begins at zero; a field may not be in both.
        var others = BSONDocument()
        for key in ["min_seq", "max_seq", "read_seq"] where change[key] == nil { others.append(key, .int64(0)) }
        return .updateOne(
            filter: ["user_id": .string(userID), "conversation_id": .string(conversationID)],
            update: [operation: .document(change), "$setOnInsert": .document(others)],
            upsert: true
        )
    }
}
