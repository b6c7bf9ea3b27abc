import ServerRuntime

/// With what a collection or view is created.
public struct MongoCollectionOptions: Sendable, Hashable {
    /// The bounds of a collection that drops its oldest documents by itself.
    public struct Cap: Sendable, Hashable {
        /// Upper bound of its size in bytes.
        public var bytesMax: Int
        /// Upper bound of its documents; nil sets none.
        public var documentsMax: Int?

        /// The bounds.
        public init(bytesMax: Int, documentsMax: Int? = nil) {
            self.bytesMax = bytesMax
            self.documentsMax = documentsMax
        }
    }

    /// What happens to a document that breaks the validator.
    public enum ValidationAction: String, Sendable, Hashable {
        /// It is refused (server code 121).
        case error
        /// It is written, and the server logs it.
        case warn
    }

    /// Which writes the validator looks at.
    public enum ValidationLevel: String, Sendable, Hashable {
        /// None.
        case off
        /// Inserts, and updates of documents that keep the rules already.
        case moderate
        /// All.
        case strict
    }

    /// The bounds, if it is to drop its oldest documents.
    public var cap: Cap?
    /// The condition that documents have to meet, such as a `$jsonSchema`.
    public var validator: BSONDocument?
    /// What happens to a document that breaks it; nil as the server has it.
    public var validationAction: ValidationAction?
    /// Which writes it looks at; nil as the server has it.
    public var validationLevel: ValidationLevel?
    /// How texts are compared unless a call says otherwise.
    public var collation: MongoCollation?
    /// The collection or view that a view shows.
    public var viewOn: String?
    /// How the view changes it.
    public var pipeline: [BSONDocument]
    /// `timeField` and more, for a collection of measurements.
    public var timeSeries: BSONDocument?
    /// How long measurements, or documents of a clustered collection, are kept, in whole seconds.
    public var expireAfter: Duration?
    /// Other options of the `create` command, as they are.
    public var others: BSONDocument
    /// When the creation counts as done; nil as the client has it.
    public var writeConcern: MongoWriteConcern?

    /// By default a plain collection.
    public init(
        cap: Cap? = nil,
        validator: BSONDocument? = nil,
        validationAction: ValidationAction? = nil,
        validationLevel: ValidationLevel? = nil,
        collation: MongoCollation? = nil,
        viewOn: String? = nil,
        pipeline: [BSONDocument] = [],
        timeSeries: BSONDocument? = nil,
        expireAfter: Duration? = nil,
        others: BSONDocument = [:],
        writeConcern: MongoWriteConcern? = nil
    ) {
        self.cap = cap
        self.validator = validator
        self.validationAction = validationAction
        self.validationLevel = validationLevel
        self.collation = collation
        self.viewOn = viewOn
        self.pipeline = pipeline
        self.timeSeries = timeSeries
        self.expireAfter = expireAfter
        self.others = others
        self.writeConcern = writeConcern
    }
}

extension MongoCollectionOptions {
    /// - Throws: `.invalidArgument` naming the option and its rule.
    func check() throws(MongoError) {
        try OptionRules.positive("cap.bytesMax", self.cap?.bytesMax)
        try OptionRules.positive("cap.documentsMax", self.cap?.documentsMax)
        try self.collation?.check()
        try OptionRules.seconds("expireAfter", self.expireAfter)
        if let viewOn { try OptionRules.collection(viewOn) }
        guard self.pipeline.isEmpty || self.viewOn != nil else {
            throw MongoError(.invalidArgument, "pipeline: needs viewOn, which says what the view shows")
        }
        try DocumentRules.stages(self.pipeline, "pipeline")
    }

    /// The `create` command.
    func command(_ name: String) -> BSONDocument {
        var command: BSONDocument = ["create": .string(name)]
        if let cap {
            command.append("capped", true)
            command.append("size", .int64(Int64(cap.bytesMax)))
            if let documentsMax = cap.documentsMax { command.append("max", .int64(Int64(documentsMax))) }
        }
        if let validator { command.append("validator", .document(validator)) }
        if let validationAction { command.append("validationAction", .string(validationAction.rawValue)) }
        if let validationLevel { command.append("validationLevel", .string(validationLevel.rawValue)) }
        if let collation { command.append("collation", .document(collation.document)) }
        if let viewOn {
            command.append("viewOn", .string(viewOn))
            command.append("pipeline", .array(self.pipeline.map(BSONValue.document)))
        }
        if let timeSeries { command.append("timeseries", .document(timeSeries)) }
        if let expireAfter { command.append("expireAfterSeconds", .int64(expireAfter.components.seconds)) }
        for (key, value) in self.others {
            command.append(key, value)
        }
        return command
    }
}
