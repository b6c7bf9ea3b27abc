import Testing

@testable import Redis

@Suite struct KeyCommandTests {
    @Test func `commands of keys are sent word by word`() {
        expectWords(.del(["a", "b"]), "DEL a b")
        expectWords(.del("a"), "DEL a")
        expectWords(.unlink(["a"]), "UNLINK a")
        expectWords(.exists("a"), "EXISTS a")
        expectWords(.exists(["a", "a"]), "EXISTS a a")
        expectWords(.touch(["a"]), "TOUCH a")
        expectWords(.rename("a", to: "b"), "RENAME a b")
        expectWords(.renamenx("a", to: "b"), "RENAMENX a b")
        expectWords(.copy("a", to: "b"), "COPY a b")
        expectWords(.copy("a", to: "b", replacing: true), "COPY a b REPLACE")
        expectWords(.type("a"), "TYPE a")
        expectWords(.randomkey, "RANDOMKEY")
        expectWords(.objectEncoding("a"), "OBJECT ENCODING a")
        expectWords(.memoryUsage("a"), "MEMORY USAGE a")
        expectWords(.scan(), "SCAN 0 COUNT 100")
        expectWords(.scan(.max, match: "a*", type: "hash", count: 7), "SCAN \(UInt64.max) MATCH a* COUNT 7 TYPE hash")
    }

    @Test func `times to live are milliseconds rounded up`() {
        expectWords(.expire("a", after: .seconds(2)), "PEXPIRE a 2000")
        expectWords(.expire("a", after: .microseconds(1)), "PEXPIRE a 1")
        expectWords(.expire("a", after: .microseconds(1001)), "PEXPIRE a 2")
        expectWords(.expire("a", after: .zero), "PEXPIRE a 0")
        expectWords(.expire("a", after: .microseconds(-1500)), "PEXPIRE a -1")
        expectWords(.expire("a", after: .seconds(1), condition: .ifUnlimited), "PEXPIRE a 1000 NX")
        expectWords(.expire("a", after: .seconds(1), condition: .ifLimited), "PEXPIRE a 1000 XX")
        expectWords(.expire("a", after: .seconds(1), condition: .ifLater), "PEXPIRE a 1000 GT")
        expectWords(.expire("a", after: .seconds(1), condition: .ifEarlier), "PEXPIRE a 1000 LT")
        expectWords(.expireat("a", unixMilliseconds: 5), "PEXPIREAT a 5")
        expectWords(.persist("a"), "PERSIST a")
        expectWords(.ttl("a"), "PTTL a")
    }

    @Test(arguments: [Duration.seconds(Int64.max), .seconds(Int64.min), .seconds(Int64.max / 4000)])
    func `a length of time that does not fit is cut without a trap`(duration: Duration) {
        let milliseconds = duration.lifetimeMilliseconds
        #expect(abs(milliseconds) == Int64.max / 4 || milliseconds == Int64.min / 4)
        #expect((1...3_153_600_000_000).contains(duration.waitMilliseconds))
    }

    @Test(arguments: [
        (Duration.zero, "0.001"), (.seconds(-3), "0.001"), (.nanoseconds(1), "0.001"), (.milliseconds(1), "0.001"),
        (.microseconds(1500), "0.002"), (.seconds(1), "1"), (.milliseconds(2500), "2.5"),
    ])
    func `a wait is never sent as 0, which means for ever`(timeout: Duration, word: String) {
        expectWords(.blpop(["a"], timeout: timeout), "BLPOP a \(word)")
    }
}
