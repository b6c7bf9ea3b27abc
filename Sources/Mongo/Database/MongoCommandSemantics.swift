/// What the driver adds to a command.
public enum MongoCommandSemantics: Sendable, Hashable {
    /// Nothing: neither concerns nor a retry. It goes to the primary unless the options say otherwise.
    case plain
    /// The client's read concern and read preference; it is tried once more when the connection breaks.
    case read
    /// The client's write concern; it goes to the primary.
    case write
}

extension MongoCommandSemantics {
    /// What a lost answer means.
    var kind: MongoCallKind {
        switch self {
        case .plain: .command
        case .read: .read
        case .write: .write
        }
    }
}
