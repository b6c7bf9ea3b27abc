import Testing

@testable import Redis

@Suite struct RedirectionTests {
    private let asked = RedisEndpoint(host: "10.0.0.9", port: 7000)

    @Test func `MOVED and ASK name a slot and an address`() throws {
        let slot = try #require(HashSlot(3999))
        let target = RedisEndpoint(host: "127.0.0.1", port: 6381)
        #expect(Redirection("MOVED 3999 127.0.0.1:6381", from: self.asked) == .moved(slot, target))
        #expect(Redirection("ASK 3999 127.0.0.1:6381", from: self.asked) == .ask(target))
    }

    @Test(arguments: [
        ("MOVED 1 ::1:6381", RedisEndpoint(host: "::1", port: 6381)),
        ("MOVED 1 redis-1.local:6381", RedisEndpoint(host: "redis-1.local", port: 6381)),
        ("MOVED 1 :6381", RedisEndpoint(host: "10.0.0.9", port: 6381)), ("MOVED 1 ?:6381", nil), ("MOVED 1 x", nil),
        ("MOVED 1 x:0", nil), ("MOVED 1 x:99999999999999999999", nil),
    ])
    func `the address may be any, lack its host or be unknown`(text: String, endpoint: RedisEndpoint?) throws {
        #expect(Redirection(text, from: self.asked) == .moved(try #require(HashSlot(1)), endpoint))
    }

    @Test func `a node that cannot yet is asked again`() {
        #expect(Redirection("TRYAGAIN Multiple keys", from: self.asked) == .later(changesNode: false))
        for name in ["CLUSTERDOWN", "LOADING", "MASTERDOWN", "READONLY"] {
            #expect(Redirection("\(name) text", from: self.asked) == .later(changesNode: true))
        }
    }

    @Test(arguments: [
        "ERR unknown", "WRONGTYPE x", "MOVED", "MOVED 1", "MOVED x 1:1", "MOVED 16384 h:1", "ASK -1 h:1", "",
        "MOVEDX 1 h:1",
        "READONLY You can't write script: 1234, on @user_script:1.", "CROSSSLOT Keys in request",
    ])
    func `other errors are answers`(text: String) {
        #expect(Redirection(text, from: self.asked) == nil)
    }
}
