import IMProtocol
import IMStorage

/// Whether a user may write to a group.
struct GroupRules: Sendable {
    /// A group type of old versions whose members were not kept.
    private static let superGroup: Int32 = 1

    let settings: MsgServer.Settings
    let groups: any GroupDirectory

    /// Checks a message to a group.
    ///
    /// - Parameters:
    ///   - message: the message.
    ///   - now: Unix time in milliseconds.
    /// - Throws: 1004 for an unknown group, 1204 for a dismissed one, 1203 when the sender is no member, 1402 when the member is
    ///   muted, 1403 when all are.
    func check(_ message: Openim_Sdkws_MsgData, now: Int64) async throws {
        guard let group = try await self.groups.group(message.groupID) else {
            throw IMError(.recordNotFound, "groupID: there is no group \(message.groupID)")
        }
        let status = GroupStatus(rawValue: group.status)
        guard status != .dismissed || ContentType(rawValue: message.contentType) == .groupDismissed else {
            throw IMError(.dismissedAlready, "groupID: \(message.groupID) is dismissed")
        }
        guard group.type != Self.superGroup, !message.isNotification,
            !self.settings.adminUserIDs.contains(message.sendID)
        else { return }
        guard let member = try await self.groups.member(message.sendID, of: message.groupID) else {
            throw IMError(.notInGroupYet, "sendID: \(message.sendID) is no member of group \(message.groupID)")
        }
        let role = GroupRole(rawValue: member.roleLevel)
        guard role != .owner else { return }
        guard member.muteEndTime < now else {
            throw IMError(.mutedInGroup, "sendID: \(message.sendID) is muted in group \(message.groupID)")
        }
        guard status != .muted || role == .administrator else {
            throw IMError(.mutedGroup, "groupID: \(message.groupID) is muted")
        }
    }
}
