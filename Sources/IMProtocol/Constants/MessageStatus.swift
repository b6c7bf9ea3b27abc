/// The state of a message; the raw value is `MsgData.status`.
package enum MessageStatus: Int32, Sendable {
    case sending = 1
    case sent = 2
    case failed = 3
    /// Deleted, or the placeholder for a seq without a message.
    case deleted = 4
}
