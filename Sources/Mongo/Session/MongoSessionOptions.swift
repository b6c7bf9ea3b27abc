/// How the operations of a session see each other.
public struct MongoSessionOptions: Sendable, Hashable {
    /// Whether a read of the session sees what the session wrote and read before, also on another member.
    public var causalConsistency: Bool
    /// Whether all reads see the data of one instant.
    ///
    /// Such a session cannot write, and `causalConsistency` has no meaning in it.
    public var snapshot: Bool
    /// What transactions of the session take that name no options of their own.
    public var transaction: MongoTransactionOptions

    /// By default: causally consistent.
    public init(
        causalConsistency: Bool = true,
        snapshot: Bool = false,
        transaction: MongoTransactionOptions = MongoTransactionOptions()
    ) {
        self.causalConsistency = causalConsistency
        self.snapshot = snapshot
        self.transaction = transaction
    }
}
