import TestKit
import Testing

@testable import Caching

/// What goes over the channels.
@Suite struct InvalidationPayloadTests {
    private func keys(_ text: String) -> [String]? { InvalidationPayload.keys(Array(text.utf8)) }

    @Test func `keys come back as they were sent`() {
        let keys = ["USER_INFO:1", "", "a/b\"c\\d\n\u{0}", "用户一", "cafe\u{301}", "\u{1F600}", "<&>"]
        let messages = InvalidationPayload.messages(keys)
        #expect(messages.count == 1)
        let back = messages.first.flatMap { InvalidationPayload.keys($0) }
        #expect(back?.map { Array($0.utf8) } == keys.map { Array($0.utf8) })
        #expect(String(decoding: InvalidationPayload.messages(["a/b"])[0], as: UTF8.self) == #"["a/b"]"#)
    }

    @Test func `messages have at most 500 keys`() {
        let keys = (0..<1_201).map { "k\($0)" }
        let messages = InvalidationPayload.messages(keys)
        let parts = messages.map { InvalidationPayload.keys($0) ?? [] }
        #expect(parts.map(\.count) == [500, 500, 201] && parts.flatMap { $0 } == keys)
        #expect(InvalidationPayload.messages([]).isEmpty)
    }

    @Test func `what other programs write is read`() {
        #expect(self.keys(#" [ "a" , "\u003cb\u003e" ] "#) == ["a", "<b>"])
        #expect(self.keys("[]") == [])
        #expect(InvalidationPayload.keys(InvalidationPayload.heartbeat) == [])
    }

    @Test(arguments: [
        "", "null", "1", "\"a\"", "{}", "[1]", "[\"a\", null]", "[\"a\"", "[\"a\"]x", "[[\"a\"]]", "\u{FEFF}x",
        "garbage",
        String(repeating: "[", count: 100_000), "[\"" + String(repeating: "a", count: 1 << 20) + "\"]",
    ])
    func `anything else is refused`(text: String) {
        #expect(self.keys(text) == nil)
    }

    @Test(arguments: FuzzBudget.seeds) func `no bytes trap`(seed: Seed) {
        var generator = seed.generator()
        let alphabet = Array(#"[]"\,u0aD8c{}:1-e. "#.utf8) + [0, 0x80, 0xC3, 0xFF]
        for _ in 0..<FuzzBudget.inputs(usual: 20_000) {
            let count = Int.random(in: 0...24, using: &generator)
            _ = InvalidationPayload.keys((0..<count).map { _ in alphabet.randomElement(using: &generator) ?? 0 })
        }
    }

    @Test func `a route covers keys by their bytes`() {
        let route = CacheInvalidationRoute(channel: "c", prefixes: ["USER_INFO:", "cafe"])
        #expect(route.covers("USER_INFO:1") && route.covers("USER_INFO:") && route.covers("cafe\u{301}"))
        #expect(!route.covers("USER_INFO") && !route.covers("caf\u{E9}") && !route.covers(""))
        #expect(!CacheInvalidationRoute(channel: "c", prefixes: []).covers("a"))
        #expect(CacheInvalidationRoute(channel: "c", prefixes: [""]).covers("a"))
    }
}
