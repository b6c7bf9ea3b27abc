/// Which members of a replica set may answer a read.
public struct MongoReadPreference: Sendable, Hashable {
    /// The kind of member.
    public enum Mode: String, Sendable, Hashable {
        /// The primary only.
        case primary
        /// The primary, and a secondary while there is none.
        case primaryPreferred
        /// A secondary only.
        case secondary
        /// A secondary, and the primary while there is none.
        case secondaryPreferred
        /// Any member that answers about as fast as the fastest.
        case nearest
    }

    /// The kind of member.
    public var mode: Mode
    /// Labels that the member must have: those of the first list entry that any member fits, tried in order.
    ///
    /// Empty allows every member; an empty document as the last entry allows the rest.
    public var tagSets: [BSONDocument]
    /// How far behind the primary a secondary may be, at least ninety seconds; nil sets no bound.
    public var stalenessMax: Duration?

    /// A read preference.
    public init(_ mode: Mode, tagSets: [BSONDocument] = [], stalenessMax: Duration? = nil) {
        self.mode = mode
        self.tagSets = tagSets
        self.stalenessMax = stalenessMax
    }

    /// The primary only.
    public static let primary = MongoReadPreference(.primary)
    /// The primary, and a secondary while there is none.
    public static let primaryPreferred = MongoReadPreference(.primaryPreferred)
    /// A secondary only.
    public static let secondary = MongoReadPreference(.secondary)
    /// A secondary, and the primary while there is none.
    public static let secondaryPreferred = MongoReadPreference(.secondaryPreferred)
    /// Any member that answers about as fast as the fastest.
    public static let nearest = MongoReadPreference(.nearest)

    /// Lower bound of `stalenessMax`: the server's heartbeats are too rare for less (MongoDB's Max Staleness rules).
    static let stalenessMin: Duration = .seconds(90)

    /// - Throws: `.invalidArgument` naming the rule that is broken.
    func check() throws(MongoError) {
        if self.mode == .primary, !self.tagSets.allSatisfy(\.isEmpty) || self.stalenessMax != nil {
            throw MongoError(.invalidArgument, "readPreference: mode primary takes neither tagSets nor stalenessMax")
        }
        if let stalenessMax, stalenessMax < Self.stalenessMin {
            throw MongoError(.invalidArgument, "readPreference: stalenessMax must be at least 90 seconds")
        }
    }
}
