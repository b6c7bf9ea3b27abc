import IMProtocol
import Testing

@testable import IMGateway

@Suite struct LoginPolicyTests {
    @Test func `numbers without a policy throw nobody out`() {
        #expect(
            [0, 1, 2, 3, 4, 5, -1].map { LoginPolicy(number: $0) }
                == [
                    .unlimited, .samePlatform, .unlimited, .unlimited, .sameTerminalClass, .onlyOneBesidePC, .unlimited,
                ]
        )
    }

    private static let cases: [(LoginPolicy, Platform, Platform, Bool)] = [
        (.unlimited, .iOS, .iOS, false),
        (.samePlatform, .iOS, .iOS, true),
        (.samePlatform, .iOS, .android, false),
        (.sameTerminalClass, .iOS, .android, true),
        (.sameTerminalClass, .windows, .macOS, true),
        (.sameTerminalClass, .iOS, .iPad, false),
        (.onlyOneBesidePC, .iOS, .web, true),
        (.onlyOneBesidePC, .windows, .web, false),
        (.onlyOneBesidePC, .iOS, .windows, false),
        (.onlyOneBesidePC, .windows, .linux, false),
    ]

    @Test(arguments: cases)
    func `a policy says which platforms exclude each other`(
        policy: LoginPolicy,
        older: Platform,
        new: Platform,
        isExcluded: Bool
    ) {
        #expect(policy.excludes(older: older, new: new) == isExcluded)
    }
}
