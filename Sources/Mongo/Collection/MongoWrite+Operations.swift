extension MongoWrite {
    /// Inserts a document; one without `_id` gets an object id as its first field.
    public static func insertOne(_ document: BSONDocument) -> MongoWrite {
        MongoWrite(.insertOne, document: document, options: self.checkedOptions)
    }

    /// Changes the first document that the filter finds.
    ///
    /// - Parameters:
    ///   - filter: the condition.
    ///   - update: update operators, such as `$set`.
    ///   - upsert: whether to insert a document when none is found.
    ///   - arrayFilters: conditions for the array elements that `$[name]` in the update stands for.
    ///   - collation: how texts are compared.
    ///   - hint: the index to use.
    /// - Returns: the operation.
    public static func updateOne(
        filter: BSONDocument,
        update: BSONDocument,
        upsert: Bool = false,
        arrayFilters: [BSONDocument] = [],
        collation: MongoCollation? = nil,
        hint: MongoIndexHint? = nil
    ) -> MongoWrite {
        self.write(.updateOne, filter, update, upsert, arrayFilters, collation, hint)
    }

    /// Changes the first document that the filter finds, by the stages of a pipeline.
    ///
    /// - Parameters:
    ///   - filter: the condition.
    ///   - pipeline: the stages, such as `$set` and `$unset`.
    ///   - upsert: whether to insert a document when none is found.
    ///   - collation: how texts are compared.
    ///   - hint: the index to use.
    /// - Returns: the operation.
    public static func updateOne(
        filter: BSONDocument,
        pipeline: [BSONDocument],
        upsert: Bool = false,
        collation: MongoCollation? = nil,
        hint: MongoIndexHint? = nil
    ) -> MongoWrite {
        self.write(.updateOne, filter, .stages(pipeline), upsert, [], collation, hint, isPipeline: true)
    }

    /// Changes all documents that the filter finds.
    ///
    /// - Parameters:
    ///   - filter: the condition.
    ///   - update: update operators, such as `$set`.
    ///   - upsert: whether to insert a document when none is found.
    ///   - arrayFilters: conditions for the array elements that `$[name]` in the update stands for.
    ///   - collation: how texts are compared.
    ///   - hint: the index to use.
    /// - Returns: the operation.
    public static func updateMany(
        filter: BSONDocument,
        update: BSONDocument,
        upsert: Bool = false,
        arrayFilters: [BSONDocument] = [],
        collation: MongoCollation? = nil,
        hint: MongoIndexHint? = nil
    ) -> MongoWrite {
        self.write(.updateMany, filter, update, upsert, arrayFilters, collation, hint)
    }

    /// Changes all documents that the filter finds, by the stages of a pipeline.
    ///
    /// - Parameters:
    ///   - filter: the condition.
    ///   - pipeline: the stages, such as `$set` and `$unset`.
    ///   - upsert: whether to insert a document when none is found.
    ///   - collation: how texts are compared.
    ///   - hint: the index to use.
    /// - Returns: the operation.
    public static func updateMany(
        filter: BSONDocument,
        pipeline: [BSONDocument],
        upsert: Bool = false,
        collation: MongoCollation? = nil,
        hint: MongoIndexHint? = nil
    ) -> MongoWrite {
        self.write(.updateMany, filter, .stages(pipeline), upsert, [], collation, hint, isPipeline: true)
    }

    /// Puts a document in place of the first one that the filter finds; the `_id` stays.
    ///
    /// - Parameters:
    ///   - filter: the condition.
    ///   - replacement: the new document.
    ///   - upsert: whether to insert it when none is found.
    ///   - collation: how texts are compared.
    ///   - hint: the index to use.
    /// - Returns: the operation.
    public static func replaceOne(
        filter: BSONDocument,
        replacement: BSONDocument,
        upsert: Bool = false,
        collation: MongoCollation? = nil,
        hint: MongoIndexHint? = nil
    ) -> MongoWrite {
        self.write(.replaceOne, filter, replacement, upsert, [], collation, hint)
    }

    /// Removes the first document that the filter finds.
    public static func deleteOne(
        filter: BSONDocument,
        collation: MongoCollation? = nil,
        hint: MongoIndexHint? = nil
    ) -> MongoWrite {
        self.delete(.deleteOne, filter, collation, hint)
    }

    /// Removes all documents that the filter finds.
    public static func deleteMany(
        filter: BSONDocument,
        collation: MongoCollation? = nil,
        hint: MongoIndexHint? = nil
    ) -> MongoWrite {
        self.delete(.deleteMany, filter, collation, hint)
    }

    private static func write(
        _ kind: Kind,
        _ filter: BSONDocument,
        _ document: BSONDocument,
        _ upsert: Bool,
        _ arrayFilters: [BSONDocument],
        _ collation: MongoCollation?,
        _ hint: MongoIndexHint?,
        isPipeline: Bool = false
    ) -> MongoWrite {
        var options = upsert ? self.upsertOptions : self.checkedOptions
        let hasOwnOptions = collation != nil || hint != nil || !arrayFilters.isEmpty
        if hasOwnOptions {
            options.append(collation, hint)
            if !arrayFilters.isEmpty { options.append("arrayFilters", .array(arrayFilters.map(BSONValue.document))) }
        }
        return MongoWrite(
            kind,
            filter: filter,
            document: document,
            options: options,
            isPipeline: isPipeline,
            hasOwnOptions: hasOwnOptions
        )
    }

    private static func delete(
        _ kind: Kind,
        _ filter: BSONDocument,
        _ collation: MongoCollation?,
        _ hint: MongoIndexHint?
    ) -> MongoWrite {
        var options = self.noOptions
        let hasOwnOptions = collation != nil || hint != nil
        if hasOwnOptions { options.append(collation, hint) }
        return MongoWrite(kind, filter: filter, options: options, hasOwnOptions: hasOwnOptions)
    }
}

extension BSONDocument {
    /// The stages of an update as libmongoc takes them: the bytes of an array, which are those of a document.
    static func stages(_ stages: [BSONDocument]) -> BSONDocument {
        BSONDocument(stages.enumerated().map { ("\($0.offset)", .document($0.element)) })
    }

    fileprivate mutating func append(_ collation: MongoCollation?, _ hint: MongoIndexHint?) {
        if let collation { self.append("collation", .document(collation.document)) }
        if let hint { self.append("hint", hint.value) }
    }
}
