/// What a transaction reads and when it counts as committed.
public struct MongoTransactionOptions: Sendable, Hashable {
    /// Which data it reads; `nil` takes that of the client.
    public var readConcern: MongoReadConcern?
    /// When its commit counts as done; `nil` takes that of the client.
    public var writeConcern: MongoWriteConcern?
    /// Which member reads; in a transaction that can only be the primary.
    public var readPreference: MongoReadPreference?
    /// How long the server may work on one attempt to commit; `nil` takes what is left of the deadline.
    public var commitTimeMax: Duration?

    /// By default all as the client has it.
    public init(
        readConcern: MongoReadConcern? = nil,
        writeConcern: MongoWriteConcern? = nil,
        readPreference: MongoReadPreference? = nil,
        commitTimeMax: Duration? = nil
    ) {
        self.readConcern = readConcern
        self.writeConcern = writeConcern
        self.readPreference = readPreference
        self.commitTimeMax = commitTimeMax
    }
}
