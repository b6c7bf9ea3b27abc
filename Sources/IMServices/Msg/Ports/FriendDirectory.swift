import IMStorage

/// Friendships and black lists, as the message service sees them.
package protocol FriendDirectory: Sendable {
    /// Whether `ownerID` has `userID` as a friend.
    func isFriend(_ userID: String, of ownerID: String) async throws -> Bool
    /// Whether `ownerID` has blocked `userID`.
    func isBlocked(_ userID: String, by ownerID: String) async throws -> Bool
}

extension FriendRepository: FriendDirectory {}
