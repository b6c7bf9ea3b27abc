import Testing

@testable import IMGateway

@Suite struct TextHeartbeatTests {
    private static let pings: [(String, String)] = [
        (#"{"type":"ping","body":"123"}"#, #"{"type":"pong","body":"123"}"#),
        (#"{"type":"ping"}"#, #"{"type":"pong","body":null}"#),
        (#"{"body":{"a":[1, 2]},"type":"ping"}"#, #"{"type":"pong","body":{"a":[1,2]}}"#),
    ]

    @Test(arguments: pings) func `a ping is answered with its body`(ping: String, pong: String) {
        #expect(TextHeartbeat(Array(ping.utf8)) == .ping(answer: Array(pong.utf8)))
    }

    @Test func `a pong needs no answer`() {
        #expect(TextHeartbeat(Array(#"{"type":"pong"}"#.utf8)) == .pong)
    }

    @Test(arguments: ["", "ping", "{}", #"{"type":"other"}"#, #"{"type":1}"#, #"{"type":"ping","body":}"#, "null"])
    func `anything else is refused`(text: String) {
        #expect(TextHeartbeat(Array(text.utf8)) == nil)
    }
}
