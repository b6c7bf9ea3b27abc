/// What a listener learns.
public enum PostgresNotificationEvent: Sendable, Hashable {
    /// A message came.
    case notification(PostgresNotification)
    /// The connection was lost and has been replaced: messages from in between are lost for good, so what depends on them
    /// has to be loaded again.
    case reconnected
    /// So many messages were dropped because they were not taken in time; what depends on them has to be loaded again.
    case missed(count: Int)
}
