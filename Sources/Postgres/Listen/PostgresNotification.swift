/// A message on a channel.
public struct PostgresNotification: Sendable, Hashable {
    /// The channel.
    public let channel: String
    /// What the sender said; empty when it said nothing.
    public let payload: String
    /// The process id of the server's session that sent it.
    public let processID: Int32

    /// A message, such as for a test of what uses them.
    public init(channel: String, payload: String = "", processID: Int32 = 0) {
        self.channel = channel
        self.payload = payload
        self.processID = processID
    }
}
