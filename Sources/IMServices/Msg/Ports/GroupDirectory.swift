package import IMStorage

/// Groups and their members, as the message service sees them.
package protocol GroupDirectory: Sendable {
    /// The group; nil when there is none of that id.
    func group(_ groupID: String) async throws -> GroupRecord?
    /// The member; nil when the user is none.
    func member(_ userID: String, of groupID: String) async throws -> GroupMemberRecord?
}

extension GroupRepository: GroupDirectory {}
