/// The state of a group; the raw value is `GroupInfo.status`.
package enum GroupStatus: Int32, Sendable {
    case normal = 0
    case banned = 1
    case dismissed = 2
    /// Only the owner and administrators may write.
    case muted = 3
}
