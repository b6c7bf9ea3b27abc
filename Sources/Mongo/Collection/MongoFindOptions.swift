/// What a query returns, and how much of it.
public struct MongoFindOptions: Sendable, Hashable {
    /// Which fields to return; nil is all.
    public var projection: BSONDocument?
    /// In which order; nil is any.
    public var sort: BSONDocument?
    /// Upper bound of documents that the server returns; nil is none.
    public var limit: Int?
    /// How many of the first documents to leave out.
    public var skip: Int
    /// Which data the read may return; nil takes the default of the server.
    public var readConcern: MongoReadConcern?
    /// Upper bound of documents held in memory; an answer with more of them is an error, not cut short.
    public var documentsMax: Int

    /// All documents, in any order, up to `documentsMax`.
    public init(
        projection: BSONDocument? = nil,
        sort: BSONDocument? = nil,
        limit: Int? = nil,
        skip: Int = 0,
        readConcern: MongoReadConcern? = nil,
        documentsMax: Int = 10_000
    ) {
        self.projection = projection
        self.sort = sort
        self.limit = limit
        self.skip = skip
        self.readConcern = readConcern
        self.documentsMax = documentsMax
    }
}

extension MongoFindOptions {
    /// The options of libmongoc's `find`.
    ///
    /// A limit below 1 would mean something else to the server and is left out.
    func options(maxTime: (String, BSONValue)) -> BSONDocument {
        var options = BSONDocument([maxTime])
        if let projection { options.append("projection", .document(projection)) }
        if let sort { options.append("sort", .document(sort)) }
        if let limit, limit > 0 { options.append("limit", .int64(Int64(limit))) }
        if self.skip > 0 { options.append("skip", .int64(Int64(self.skip))) }
        if let readConcern { options.append(readConcern.option.0, readConcern.option.1) }
        return options
    }
}
