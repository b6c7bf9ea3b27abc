package import IMStorage

/// Stored read positions, as the message service sees them.
package protocol PositionDirectory: Sendable {
    /// The positions of a user in those of the conversations where there is one.
    func positions(of userID: String, in conversationIDs: [String]) async throws -> [String: ReadPosition]
}

extension ReadPositionStore: PositionDirectory {}
