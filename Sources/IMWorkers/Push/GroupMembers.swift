package import IMStorage

/// Who the members of groups are, as the push worker sees it.
package protocol GroupMembers: Sendable {
    /// The ids of all members of a group.
    func memberIDs(of groupID: String) async throws -> [String]
}

extension GroupRepository: GroupMembers {}
