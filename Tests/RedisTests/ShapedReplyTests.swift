import Testing

@testable import Redis

/// The replies that have a shape of their own.
@Suite struct ShapedReplyTests {
    @Test func `pairs are read from an array in which they alternate`() throws {
        let flat = RedisValue.array([bulk("a"), bulk("1.5"), bulk("b"), bulk("inf")])
        #expect(
            try [RedisScored<String>](reply: flat) == [
                .init(member: "a", score: 1.5), .init(member: "b", score: .infinity),
            ]
        )
        #expect(try [RedisField<String>](reply: flat).map(\.name) == ["a", "b"])
        #expect(try RedisField<Int>(reply: .array([bulk("a"), bulk("1")])) == RedisField(name: "a", value: 1))
        #expect(throws: RedisError.self) { try [RedisScored<String>](reply: .array([bulk("a")])) }
        #expect(throws: RedisError.self) { try RedisScored<String>(reply: .array([bulk("a")])) }
    }

    @Test func `a page has a cursor and elements`() throws {
        let page = try RedisScanPage<String>(reply: .array([bulk("18446744073709551615"), .array([bulk("a")])]))
        #expect(page == RedisScanPage(next: .max, elements: ["a"]) && !page.isLast)
        let fields = try RedisScanPage<RedisField<Int>>(reply: .array([bulk("0"), .array([bulk("f"), bulk("1")])]))
        #expect(fields.isLast && fields.elements == [RedisField(name: "f", value: 1)])
        #expect(throws: RedisError.self) { try RedisScanPage<String>(reply: .array([bulk("x"), .array([])])) }
    }

    @Test func `a time to live tells no key and no end apart`() throws {
        #expect(try RedisTimeToLive(reply: .integer(-2)) == .absent)
        #expect(try RedisTimeToLive(reply: .integer(-1)) == .unlimited)
        #expect(try RedisTimeToLive(reply: .integer(1500)).duration == .milliseconds(1500))
        #expect(try RedisTimeToLive(reply: .integer(.max)).duration != nil)
        #expect(throws: RedisError.self) { try RedisTimeToLive(reply: .integer(-3)) }
    }

    @Test func `what was popped says from where`() throws {
        let popped = try RedisPopped<Int>?(reply: .array([bulk("l"), bulk("7")]))
        #expect(popped == RedisPopped(key: "l", element: 7))
        #expect(try RedisPopped<Int>?(reply: .null) == nil)
        let scored = try RedisPoppedScored<String>(reply: .array([bulk("z"), bulk("m"), bulk("2")]))
        #expect(scored == RedisPoppedScored(key: "z", member: "m", score: 2))
        #expect(throws: RedisError.self) { try RedisPoppedScored<String>(reply: .array([bulk("z"), bulk("m")])) }
    }

    @Test func `a role is one of three`() throws {
        let replica = RedisValue.array([bulk("10.0.0.2"), bulk("6380"), bulk("90")])
        #expect(
            try RedisRole(reply: .array([bulk("master"), .integer(100), .array([replica])]))
                == .master(offset: 100, replicas: [.init(host: "10.0.0.2", port: 6380, offset: 90)])
        )
        #expect(
            try RedisRole(reply: .array([bulk("slave"), bulk("h"), .integer(1), bulk("connected"), .integer(5)]))
                == .replica(host: "h", port: 1, state: "connected", offset: 5)
        )
        let sentinel = RedisValue.array([bulk("sentinel"), .array([bulk("m")])])
        #expect(try RedisRole(reply: sentinel) == .sentinel(masters: ["m"]))
        #expect(throws: RedisError.self) { try RedisRole(reply: .array([bulk("slave"), bulk("h")])) }
        #expect(throws: RedisError.self) { try RedisRole(reply: .array([bulk("king"), .null])) }
    }

    @Test func `streams are entries with fields and none is an empty reply`() throws {
        let entry = RedisValue.array([bulk("5-1"), .array([bulk("f"), bulk("v")])])
        let streams = try [RedisStreamEntries<String>](reply: .array([.array([bulk("x"), .array([entry])])]))
        #expect(streams.map(\.key) == ["x"] && streams.first?.entries.first?["f"] == "v")
        #expect(streams.first?.entries.first?["g"] == nil)
        #expect(try [RedisStreamEntries<String>](reply: .null).isEmpty)
        // As XREADGROUP returns an unfinished entry that has been removed meanwhile.
        let removed = try RedisStreamEntry<String>(reply: .array([bulk("5-1"), .null]))
        #expect(removed == RedisStreamEntry(id: "5-1", fields: []))
    }

    @Test func `the time is two numbers`() throws {
        let time = try RedisTime(reply: .array([bulk("1700000000"), bulk("42")]))
        #expect(time == RedisTime(seconds: 1_700_000_000, microseconds: 42))
    }

    @Test func `a type of the user decodes by another`() throws {
        struct UserID: RedisReply, Equatable {
            let text: String
            init(reply value: RedisValue) throws(RedisError) { self.text = try String(reply: value) }
        }
        #expect(try [UserID?](reply: .array([bulk("u"), .null])).map { $0?.text } == ["u", nil])
    }
}
