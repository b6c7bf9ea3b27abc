package import IMProtocol

/// Which of a user's tokens end when a new one is issued (`share.multiLogin.policy`).
package enum MultiLoginPolicy: Int, Sendable, CaseIterable {
    /// Nothing ends but what exceeds the number of tokens a platform may have.
    case noKick = 0
    /// One token a platform.
    case onePerPlatform = 1
    /// One token a class of platforms.
    case onePerClass = 4
    /// Any number on PCs, one elsewhere.
    case pcAndOneOther = 5

    /// A token in state normal, as the policy sees it.
    package struct Candidate: Sendable, Hashable {
        package let token: String
        package let platform: Platform
        /// Unix seconds.
        package let issuedAt: Int64

        package init(token: String, platform: Platform, issuedAt: Int64) {
            self.token = token
            self.platform = platform
            self.issuedAt = issuedAt
        }
    }

    /// The tokens that end.
    ///
    /// Where one of several survives it is the newest: OpenIM v3.8 picks an arbitrary one.
    ///
    /// - Parameters:
    ///   - platform: what the new token is for.
    ///   - existing: the user's tokens in state normal. Administrator tokens take no part and must not be among them.
    ///   - perPlatformMax: tokens that a platform may have under `noKick`, the new one included.
    /// - Returns: those of `existing` to be marked as kicked.
    package func kicked(
        issuing platform: Platform,
        existing: [Candidate],
        perPlatformMax: Int
    ) -> [Candidate] {
        switch self {
        case .noKick:
            Self.grouped(existing, by: \.platform).flatMap { group, candidates in
                candidates.dropFirst(max(0, perPlatformMax - (group == platform ? 1 : 0)))
            }
        case .onePerPlatform:
            Self.grouped(existing, by: \.platform).flatMap { group, candidates in
                candidates.dropFirst(group == platform ? 0 : 1)
            }
        case .onePerClass:
            Self.grouped(existing, by: \.platform.terminalClass).flatMap { group, candidates in
                candidates.dropFirst(group == platform.terminalClass ? 0 : 1)
            }
        case .pcAndOneOther:
            self.kickedElsewhere(issuing: platform, existing: existing)
        }
    }

    private func kickedElsewhere(issuing platform: Platform, existing: [Candidate]) -> [Candidate] {
        let others = Self.newestFirst(existing.filter { $0.platform.terminalClass != .pc })
        guard platform.terminalClass == .pc else { return others }
        let survivor = others.first { $0.platform == .android } ?? others.first
        return others.filter { $0 != survivor }
    }

    private static func grouped<Group: Hashable>(
        _ candidates: [Candidate],
        by group: (Candidate) -> Group
    ) -> [Group: [Candidate]] {
        Dictionary(grouping: candidates, by: group).mapValues(self.newestFirst)
    }

    private static func newestFirst(_ candidates: [Candidate]) -> [Candidate] {
        candidates.sorted { ($0.issuedAt, $0.token) > ($1.issuedAt, $1.token) }
    }
}
