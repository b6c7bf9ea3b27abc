/// What kind of chat a message belongs to; the raw value is `MsgData.sessionType`.
package enum SessionType: Int32, Sendable, Hashable {
    /// One to one.
    case single = 1
    /// A group type that is obsolete; sending to it is refused.
    case writeGroup = 2
    /// A group.
    case group = 3
    /// Messages of a system account to a user.
    case notification = 4
}

/// Who made a message; the raw value is `MsgData.msgFrom`.
package enum MessageOrigin: Int32, Sendable {
    case user = 100
    case system = 200
}
