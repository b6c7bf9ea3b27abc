package import IMProtocol

/// Which older connections of a user a new one throws out, and which tokens become invalid with that.
///
/// Connections that present the new one's token are never thrown out: that is a reconnect.
package enum LoginPolicy: Int, Sendable, Hashable, CaseIterable {
    /// All stay.
    case unlimited = 0
    /// One login per platform.
    case samePlatform = 1
    /// One login per terminal class.
    case sameTerminalClass = 4
    /// One login on all devices that are no PC; PCs stay.
    case onlyOneBesidePC = 5

    /// The policy with OpenIM's number; numbers that name none throw nobody out.
    package init(number: Int) {
        self = LoginPolicy(rawValue: number) ?? .unlimited
    }

    /// Whether an older connection on `older` competes with a new one on `new`, whatever their tokens.
    package func excludes(older: Platform, new: Platform) -> Bool {
        switch self {
        case .unlimited: false
        case .samePlatform: older == new
        case .sameTerminalClass: older.terminalClass == new.terminalClass
        case .onlyOneBesidePC: new.terminalClass != .pc && older.terminalClass != .pc
        }
    }

    /// The tokens that become invalid when `new` has thrown out `kicked`.
    ///
    /// `hadCandidates` says whether any older connection competed, the ones with the same token included.
    func invalidation(new: SessionIdentity, kicked: [SessionIdentity], hadCandidates: Bool) -> TokenInvalidation {
        switch self {
        case .unlimited: .none
        case .samePlatform, .onlyOneBesidePC: hadCandidates ? .allOfPlatform(except: new) : .none
        case .sameTerminalClass: kicked.isEmpty ? .none : .tokens(kicked.map(\.token))
        }
    }
}
