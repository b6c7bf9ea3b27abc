/// The metadata keys of this target's log entries.
enum LogKey {
    static let connectionID = "im.connection.id"
    static let error = "error"
    static let operationID = "im.operation.id"
    static let platform = "im.platform"
    static let userID = "im.user.id"
}
