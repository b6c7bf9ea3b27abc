import CMongoc

/// A pipeline that has been checked, and how it is run.
struct Aggregation: Sendable {
    private let stages: BSONDocument
    private let options: MongoAggregateOptions
    /// A write when the pipeline ends in `$out` or `$merge`.
    let kind: MongoCallKind

    /// - Throws: `.invalidArgument` or `.invalidDocument`, naming the option or the stage, and the rule.
    init(_ pipeline: [BSONDocument], _ options: MongoAggregateOptions) throws(MongoError) {
        try options.check()
        try DocumentRules.stages(pipeline, "pipeline")
        self.stages = .stages(pipeline)
        self.options = options
        self.kind = pipeline.last.map { $0["$out"] != nil || $0["$merge"] != nil } == true ? .write : .read
    }

    /// Makes the cursor of an aggregation of a collection.
    func open(
        _ collection: borrowing MongocCollection,
        _ client: borrowing MongocClient,
        isBounded: Bool
    ) throws(MongoError) -> OpaquePointer {
        let collection = collection.raw
        return try self.open(client, isBounded: isBounded) { stages, settings, preference in
            mongoc_collection_aggregate(collection, MONGOC_QUERY_NONE, stages, settings, preference)
        }
    }

    /// Makes the cursor of an aggregation of a database.
    func open(
        database: OpaquePointer,
        _ client: borrowing MongocClient,
        isBounded: Bool
    ) throws(MongoError) -> OpaquePointer {
        try self.open(client, isBounded: isBounded) { stages, settings, preference in
            mongoc_database_aggregate(database, stages, settings, preference)
        }
    }

    /// Reads all that the pipeline makes.
    ///
    /// The deadline of the client's call bounds it. An answer that is lost leaves a write open.
    func collect(
        _ raw: OpaquePointer,
        _ client: borrowing MongocClient
    ) throws(MongoError) -> [BSONDocument] {
        let cursor = MongocCursor(takingOwnershipOf: raw)
        do throws(MongoError) {
            return try cursor.all(documentsMax: self.options.documentsMax, deadline: client.deadline)
        } catch {
            var error = error
            let isOpen = error.code == .network || error.code == .timeout || error.code == .notPrimary
            error.mayHaveBeenApplied = error.mayHaveBeenApplied || (self.kind == .write && isOpen)
            throw error
        }
    }

    private func open(
        _ client: borrowing MongocClient,
        isBounded: Bool,
        _ make: (_ stages: OpaquePointer, _ settings: OpaquePointer, _ preference: OpaquePointer?) -> OpaquePointer?
    ) throws(MongoError) -> OpaquePointer {
        let options = self.options
        let preference = try MongocReadPreference(options.readPreference)
        let arguments = MongocArguments()
        try options.append(to: arguments)
        if isBounded || options.maxTime != nil { try arguments.append(maxTime: options.maxTime, of: client) }
        try arguments.append(sessionOf: client)
        return try arguments.withView(self.stages) { stages throws(MongoError) in
            guard let raw = make(stages, arguments.options, preference.raw) else {
                throw MongoError(.invalidArgument, "libmongoc refuses the pipeline")
            }
            return raw
        }
    }
}
