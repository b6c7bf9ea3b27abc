public import ServerRuntime

extension MongoCollection {
    /// Inserts a value as a document; see `insertOne(_:)`.
    ///
    /// - Returns: the `_id`.
    /// - Throws: also errors of encoding, which name the path.
    @discardableResult
    public func insertOne(
        encoding value: some Encodable,
        options: MongoInsertOptions = MongoInsertOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> BSONValue {
        let document = try BSONDocument(encoding: value)
        return try await self.insertOne(document, options: options, session: session, deadline: deadline)
    }

    /// Inserts values as documents; see `insertMany(_:)`.
    ///
    /// - Returns: the ids, how many were inserted, and which ones failed and why.
    /// - Throws: also errors of encoding, which name the path.
    public func insertMany(
        encoding values: [some Encodable],
        ordered: Bool = true,
        options: MongoInsertOptions = MongoInsertOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> MongoInsertManyResult {
        var documents: [BSONDocument] = []
        documents.reserveCapacity(values.count)
        for value in values {
            documents.append(try BSONDocument(encoding: value))
        }
        return try await self.insertMany(
            documents,
            ordered: ordered,
            options: options,
            session: session,
            deadline: deadline
        )
    }

    /// Puts a value in place of the first document that `filter` finds; see `replaceOne(_:_:)`.
    ///
    /// - Returns: what was done.
    /// - Throws: also errors of encoding, which name the path.
    @discardableResult
    public func replaceOne(
        _ filter: BSONDocument,
        encoding value: some Encodable,
        options: MongoReplaceOptions = MongoReplaceOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> MongoUpdateResult {
        let document = try BSONDocument(encoding: value)
        return try await self.replaceOne(filter, document, options: options, session: session, deadline: deadline)
    }

    /// The documents that `filter` finds as values of a type; see `find(_:)`.
    ///
    /// They are decoded in the task that reads the cursor.
    ///
    /// - Throws: errors of the first batch; those of later ones, and of decoding, come from the cursor.
    public func find<Value: Decodable & Sendable>(
        _ filter: BSONDocument = [:],
        as type: Value.Type,
        options: MongoFindOptions = MongoFindOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> MongoCursor<Value> {
        try await self.find(filter, options: options, session: session, deadline: deadline).decoding(Value.self)
    }

    /// The documents that `filter` finds as values of a type, in one piece; see `findAll(_:)`.
    ///
    /// - Returns: the values, in the order of `options.sort`.
    /// - Throws: `.tooManyDocuments` beyond `options.documentsMax`; `.decoding`, which names the path.
    public func findAll<Value: Decodable>(
        _ filter: BSONDocument = [:],
        as type: Value.Type,
        options: MongoFindOptions = MongoFindOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> [Value] {
        let documents = try await self.findAll(filter, options: options, session: session, deadline: deadline)
        return try documents.decoded(as: Value.self)
    }

    /// The first document that `filter` finds as a value of a type; nil when there is none.
    ///
    /// - Throws: errors of the server and the network; `.decoding`, which names the path.
    public func findOne<Value: Decodable>(
        _ filter: BSONDocument = [:],
        as type: Value.Type,
        options: MongoFindOptions = MongoFindOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> Value? {
        let document = try await self.findOne(filter, options: options, session: session, deadline: deadline)
        return try document?.decoded(as: Value.self)
    }

    /// What a pipeline of stages makes, as values of a type; see `aggregate(_:)`.
    ///
    /// - Throws: errors of the first batch; those of later ones, and of decoding, come from the cursor.
    public func aggregate<Value: Decodable & Sendable>(
        _ pipeline: [BSONDocument],
        as type: Value.Type,
        options: MongoAggregateOptions = MongoAggregateOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> MongoCursor<Value> {
        try await self.aggregate(pipeline, options: options, session: session, deadline: deadline).decoding(Value.self)
    }

    /// What a pipeline of stages makes, as values of a type and in one piece; see `aggregateAll(_:)`.
    ///
    /// - Returns: the values.
    /// - Throws: `.tooManyDocuments` beyond `options.documentsMax`; `.decoding`, which names the path.
    public func aggregateAll<Value: Decodable>(
        _ pipeline: [BSONDocument],
        as type: Value.Type,
        options: MongoAggregateOptions = MongoAggregateOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> [Value] {
        let documents = try await self.aggregateAll(pipeline, options: options, session: session, deadline: deadline)
        return try documents.decoded(as: Value.self)
    }
}

extension MongoCursor<BSONDocument> {
    /// The same cursor, whose documents are decoded as they are read.
    func decoding<Value: Decodable & Sendable>(_ type: Value.Type) -> MongoCursor<Value> {
        MongoCursor<Value>(source: self.source) { document throws(MongoError) in try document.decoded(as: Value.self) }
    }
}

extension [BSONDocument] {
    fileprivate func decoded<Value: Decodable>(as type: Value.Type) throws(MongoError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(self.count)
        for document in self {
            values.append(try document.decoded(as: Value.self))
        }
        return values
    }
}
