/// What a message asks for.
struct MongoMessageOptions: Sendable, Equatable, Codable {
    var history: Bool
    var unreadCount: Bool
    var offlinePush: Bool
}
