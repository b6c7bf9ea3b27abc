/// What kind of connection a command or a pipeline needs.
enum ConnectionNeeds: Sendable, Equatable {
    /// Any; other tasks may use it at the same time.
    case shared
    /// One that nobody else uses meanwhile, for the reason given.
    case dedicated(reason: String)
    /// None: the client does this itself, or it would break the client's view of the connection.
    case refused(reason: String)
}
