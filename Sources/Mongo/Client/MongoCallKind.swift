/// What a call does with the data, which decides what a lost answer means.
enum MongoCallKind: Sendable {
    /// Changes nothing, so a lost answer leaves nothing open.
    case read
    /// Changes data.
    case write
    /// A command that may change data, for all that is known.
    case command

    /// Whether a lost answer leaves open what happened.
    var mayWrite: Bool {
        self != .read
    }
}
