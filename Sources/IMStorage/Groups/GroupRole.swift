/// What a member may do in a group; the raw value is `roleLevel`.
package enum GroupRole: Int32, Sendable {
    case ordinary = 20
    case administrator = 60
    case owner = 100
}
