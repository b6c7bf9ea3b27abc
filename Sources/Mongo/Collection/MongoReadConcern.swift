/// Which data a read may return.
public enum MongoReadConcern: String, Sendable, Hashable {
    /// What the asked member has, also when it may be rolled back.
    case local
    /// What most members have, so that it stays.
    case majority
    /// What most members have, and no older than the start of the read. For reads of one document.
    case linearizable
}

extension MongoReadConcern {
    var option: (String, BSONValue) {
        ("readConcern", ["level": .string(self.rawValue)])
    }
}
