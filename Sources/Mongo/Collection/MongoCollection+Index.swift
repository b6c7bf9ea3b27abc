import CMongoc
public import ServerRuntime

extension MongoCollection {
    /// Creates an index, and the collection if need be; does nothing when there is an equal one.
    ///
    /// - Parameters:
    ///   - keys: field names with 1 or -1, in order.
    ///   - unique: whether no two documents may have the same values.
    ///   - name: the name of the index; nil makes one from the keys, as in `user_id_1_time_-1`.
    ///   - deadline: when to give up; the server may go on building.
    /// - Throws: `.server` when an index of that name or with these keys differs; `.duplicateKey` when documents do.
    public func createIndex(
        keys: BSONDocument,
        unique: Bool = false,
        name: String? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) {
        var index: BSONDocument = [
            "key": .document(keys),
            "name": .string(name ?? Self.indexName(keys)),
        ]
        if unique {
            index.append("unique", true)
        }
        let command: BSONDocument = [
            "createIndexes": .string(self.name),
            "indexes": [.document(index)],
        ]
        try await self.withCollection(deadline, isWrite: true) { _, collection throws(MongoError) in
            let command = try BSONHandle(command)
            let reply = BSONReply()
            var error = bson_error_t()
            guard mongoc_collection_write_command_with_opts(collection.raw, command.raw, nil, reply.raw, &error) else {
                throw MongoError(error, reply: reply.document, isWrite: true)
            }
        }
    }

    /// The name that MongoDB's tools give an index: each field with its direction, joined by `_`.
    static func indexName(_ keys: BSONDocument) -> String {
        keys.map { key, value in
            let direction = Int64.decode(value).map { "\($0)" } ?? String.decode(value) ?? ""
            return "\(key)_\(direction)"
        }.joined(separator: "_")
    }
}
