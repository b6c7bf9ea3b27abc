import IMProtocol

extension ContentType {
    /// What readers get instead of a message that was revoked.
    static let revokeNotification = ContentType(rawValue: 2101)
}
