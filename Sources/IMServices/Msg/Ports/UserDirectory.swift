package import IMStorage

/// The users, as the message service sees them.
package protocol UserDirectory: Sendable {
    /// Those of the users that exist, by id.
    func find(_ userIDs: [String]) async throws -> [String: UserRecord]
}

extension UserRepository: UserDirectory {}
