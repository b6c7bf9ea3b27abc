/// The state of a message; the raw value is `MsgData.status`.
package enum MessageStatus: Int32, Sendable {
    case sending = 1
    case sent = 2
    case failed = 3
    /// Deleted, or the placeholder for a seq without a message.
    case deleted = 4
}

extension Openim_Sdkws_MsgData {
    /// The message as readers see it: what is on its way in the pipeline counts as sent once it is kept.
    package var asSent: Openim_Sdkws_MsgData {
        guard self.status == MessageStatus.sending.rawValue else { return self }
        var message = self
        message.status = MessageStatus.sent.rawValue
        return message
    }
}
