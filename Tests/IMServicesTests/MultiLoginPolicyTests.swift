import IMProtocol
import TestKit
import Testing

@testable import IMServices

@Suite struct MultiLoginPolicyTests {
    typealias Candidate = MultiLoginPolicy.Candidate

    /// The tokens that a user has, and those that end when one is issued.
    ///
    /// A token is written as platform and time.
    struct Case: Sendable, CustomTestStringConvertible {
        let policy: MultiLoginPolicy
        let issuing: Platform
        let existing: [(Platform, Int64)]
        let kicked: [(Platform, Int64)]
        let max: Int

        init(
            _ policy: MultiLoginPolicy,
            _ issuing: Platform,
            has existing: [(Platform, Int64)],
            kicks kicked: [(Platform, Int64)],
            max: Int = 2
        ) {
            self.policy = policy
            self.issuing = issuing
            self.existing = existing
            self.kicked = kicked
            self.max = max
        }

        var testDescription: String {
            "\(self.policy) for \(self.issuing) with \(self.existing.map { "\($0.0)@\($0.1)" }), at most \(self.max)"
        }
    }

    static let noKick: [Case] = [
        Case(.noKick, .iOS, has: [], kicks: []),
        Case(.noKick, .iOS, has: [(.iOS, 1)], kicks: []),
        Case(.noKick, .iOS, has: [(.iOS, 1), (.iOS, 2)], kicks: [(.iOS, 1)]),
        Case(.noKick, .iOS, has: [(.iOS, 3), (.iOS, 1), (.iOS, 2)], kicks: [(.iOS, 1), (.iOS, 2)]),
        Case(.noKick, .iOS, has: [(.web, 1), (.web, 2)], kicks: []),
        Case(.noKick, .iOS, has: [(.web, 3), (.web, 1), (.web, 2)], kicks: [(.web, 1)]),
        Case(.noKick, .iOS, has: [(.iOS, 1), (.iOS, 2), (.iOS, 3)], kicks: [(.iOS, 1)], max: 3),
        Case(.noKick, .iOS, has: [(.iOS, 1)], kicks: [(.iOS, 1)], max: 1),
        Case(.noKick, .iOS, has: [(.iOS, 1), (.web, 1)], kicks: [(.iOS, 1), (.web, 1)], max: 0),
        Case(.noKick, .admin, has: [(.iOS, 1), (.iOS, 2)], kicks: []),
    ]

    static let onePerPlatform: [Case] = [
        Case(.onePerPlatform, .iOS, has: [], kicks: []),
        Case(.onePerPlatform, .iOS, has: [(.iOS, 1)], kicks: [(.iOS, 1)]),
        Case(.onePerPlatform, .iOS, has: [(.android, 1), (.web, 1)], kicks: []),
        Case(.onePerPlatform, .iOS, has: [(.iOS, 1), (.iOS, 2)], kicks: [(.iOS, 1), (.iOS, 2)]),
        Case(.onePerPlatform, .iOS, has: [(.web, 2), (.web, 1), (.web, 3)], kicks: [(.web, 1), (.web, 2)]),
        Case(.onePerPlatform, .windows, has: [(.linux, 1), (.macOS, 1), (.windows, 1)], kicks: [(.windows, 1)]),
    ]

    static let onePerClass: [Case] = [
        Case(.onePerClass, .iOS, has: [(.android, 1)], kicks: [(.android, 1)]),
        Case(.onePerClass, .iOS, has: [(.iOS, 1), (.web, 1)], kicks: [(.iOS, 1)]),
        Case(.onePerClass, .harmonyOS, has: [(.android, 1), (.iPad, 1)], kicks: []),
        Case(.onePerClass, .android, has: [(.harmonyOS, 1)], kicks: []),
        Case(.onePerClass, .linux, has: [(.windows, 1), (.macOS, 2)], kicks: [(.windows, 1), (.macOS, 2)]),
        Case(.onePerClass, .iOS, has: [(.windows, 1), (.macOS, 3), (.linux, 2)], kicks: [(.windows, 1), (.linux, 2)]),
        Case(.onePerClass, .web, has: [(.miniWeb, 1), (.iPad, 2), (.androidPad, 1)], kicks: [(.androidPad, 1)]),
    ]

    static let pcAndOneOther: [Case] = [
        Case(.pcAndOneOther, .iOS, has: [(.windows, 1), (.macOS, 1), (.linux, 1), (.linux, 2)], kicks: []),
        Case(.pcAndOneOther, .iOS, has: [(.iOS, 1), (.web, 2), (.windows, 1)], kicks: [(.iOS, 1), (.web, 2)]),
        Case(.pcAndOneOther, .harmonyOS, has: [(.android, 9)], kicks: [(.android, 9)]),
        Case(.pcAndOneOther, .windows, has: [(.windows, 1), (.windows, 2), (.iOS, 1)], kicks: []),
        Case(.pcAndOneOther, .windows, has: [(.iOS, 1), (.web, 3), (.iPad, 2)], kicks: [(.iOS, 1), (.iPad, 2)]),
        Case(.pcAndOneOther, .macOS, has: [(.android, 1), (.web, 3)], kicks: [(.web, 3)]),
        Case(
            .pcAndOneOther,
            .linux,
            has: [(.android, 1), (.android, 2), (.web, 3)],
            kicks: [(.android, 1), (.web, 3)]
        ),
        Case(.pcAndOneOther, .linux, has: [], kicks: []),
    ]

    @Test(arguments: Self.noKick + Self.onePerPlatform + Self.onePerClass + Self.pcAndOneOther)
    func `a new token ends what the policy says`(login: Case) {
        let kicked = login.policy.kicked(
            issuing: login.issuing,
            existing: login.existing.map { Self.candidate($0.0, $0.1) },
            perPlatformMax: login.max
        )
        #expect(Set(kicked) == Set(login.kicked.map { Self.candidate($0.0, $0.1) }))
        #expect(kicked.count == login.kicked.count, "none is named twice")
    }

    @Test func `of tokens of one second the one with the greater text stays`() {
        let tokens = ["b", "c", "a"].map { Candidate(token: $0, platform: .web, issuedAt: 5) }
        let kicked = MultiLoginPolicy.onePerPlatform.kicked(issuing: .iOS, existing: tokens, perPlatformMax: 1)
        #expect(Set(kicked.map(\.token)) == ["a", "b"])
    }

    @Test func `the policies have OpenIM's numbers`() {
        #expect(MultiLoginPolicy.allCases.map(\.rawValue) == [0, 1, 4, 5])
        #expect(MultiLoginPolicy(rawValue: 2) == nil)
    }

    @Test(arguments: Seed.corpus + [.fresh()], MultiLoginPolicy.allCases)
    func `however the tokens are ordered, the same ones end and the policy holds`(seed: Seed, policy: MultiLoginPolicy)
    {
        var random = seed.generator()
        let platforms = Platform.allCases.filter { $0 != .admin }
        for _ in 0..<200 {
            let existing = (0..<Int.random(in: 0...12, using: &random)).map { index in
                Candidate(
                    token: "t\(index)",
                    platform: platforms.randomElement(using: &random) ?? .iOS,
                    issuedAt: .random(in: 0...3, using: &random)
                )
            }
            let issuing = platforms.randomElement(using: &random) ?? .iOS
            let kicked = Set(policy.kicked(issuing: issuing, existing: existing, perPlatformMax: 3))
            let shuffled = existing.shuffled(using: &random)
            #expect(Set(policy.kicked(issuing: issuing, existing: shuffled, perPlatformMax: 3)) == kicked, "\(seed)")
            #expect(kicked.isSubset(of: existing), "\(seed)")
            let live = existing.filter { !kicked.contains($0) }.map(\.platform) + [issuing]
            #expect(Self.holds(policy, live), "\(seed): \(live)")
        }
    }

    private static func candidate(_ platform: Platform, _ issuedAt: Int64) -> Candidate {
        Candidate(token: "\(platform)@\(issuedAt)", platform: platform, issuedAt: issuedAt)
    }

    /// Whether the platforms of all live tokens, the new one included, are what the policy allows.
    private static func holds(_ policy: MultiLoginPolicy, _ live: [Platform]) -> Bool {
        switch policy {
        case .noKick: Dictionary(grouping: live) { $0 }.values.allSatisfy { $0.count <= 3 }
        case .onePerPlatform: Set(live).count == live.count
        case .onePerClass: Set(live.map(\.terminalClass)).count == live.count
        case .pcAndOneOther: live.filter { $0.terminalClass != .pc }.count <= 1
        }
    }
}
