/// Which data a read may return.
public enum MongoReadConcern: String, Sendable, Hashable {
    /// What the asked member has, also when it may be rolled back.
    case local
    /// As `local`; on a sharded cluster also documents that belong to another shard by now.
    case available
    /// What most members have, so that it stays.
    case majority
    /// What most members have, and no older than the start of the read. For reads of one document.
    case linearizable
    /// What most members had at one instant, the same for all reads of a transaction.
    case snapshot
}

extension MongoReadConcern {
    /// The document that the server knows it as.
    var document: BSONDocument {
        ["level": .string(self.rawValue)]
    }
}
