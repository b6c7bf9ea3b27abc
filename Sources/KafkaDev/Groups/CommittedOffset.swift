/// How far a group has come in a partition.
struct CommittedOffset: Equatable {
    /// The next offset that the group wants.
    var offset: Int64
    var leaderEpoch: Int32
    var metadata: String
    /// When it was committed, in Unix milliseconds.
    var time: Int64
}
