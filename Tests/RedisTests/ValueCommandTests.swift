import Testing

@testable import Redis

@Suite struct ValueCommandTests {
    @Test func `commands of strings are sent word by word`() {
        expectWords(.get("a"), "GET a")
        expectWords(.get("a", as: Int.self), "GET a")
        expectWords(.getdel("a"), "GETDEL a")
        expectWords(.mget(["a", "b"]), "MGET a b")
        expectWords(.getrange("a", from: 0, to: -1), "GETRANGE a 0 -1")
        expectWords(.mset(pairs: [("a", 1), ("b", "x")]), "MSET a 1 b x")
        expectWords(.mset(["a": 1.5]), "MSET a 1.5")
        expectWords(.msetnx(["a": 1]), "MSETNX a 1")
        expectWords(.append("a", "x"), "APPEND a x")
        expectWords(.strlen("a"), "STRLEN a")
        expectWords(.setrange("a", at: 3, "x"), "SETRANGE a 3 x")
        expectWords(.incr("a"), "INCRBY a 1")
        expectWords(.decr("a", by: 5), "DECRBY a 5")
        expectWords(.incrbyfloat("a", by: 0.1), "INCRBYFLOAT a 0.1")
        expectWords(.getbit("a", at: 7), "GETBIT a 7")
        expectWords(.setbit("a", at: 7, true), "SETBIT a 7 1")
        expectWords(.bitcount("a"), "BITCOUNT a")
        expectWords(.bitcount("a", from: 0, to: 9, unit: .bit), "BITCOUNT a 0 9 BIT")
        expectWords(.bitpos("a", false), "BITPOS a 0")
    }

    @Test func `an expiry means the same for writing and for reading`() {
        expectWords(.set("a", 1), "SET a 1")
        expectWords(.set("a", 1, expiry: .keep), "SET a 1 KEEPTTL")
        expectWords(.set("a", 1, expiry: .after(.milliseconds(1500))), "SET a 1 PX 1500")
        expectWords(.set("a", 1, expiry: .after(.nanoseconds(1))), "SET a 1 PX 1")
        // The server refuses this one; it must not become a key without an end.
        expectWords(.set("a", 1, expiry: .after(.zero)), "SET a 1 PX 0")
        expectWords(.set("a", 1, expiry: .at(unixMilliseconds: 9)), "SET a 1 PXAT 9")
        expectWords(.getex("a", expiry: .never), "GETEX a PERSIST")
        expectWords(.getex("a", expiry: .keep), "GETEX a")
        expectWords(.getex("a", expiry: .after(.seconds(1))), "GETEX a PX 1000")
        expectWords(.getex("a", expiry: .at(unixMilliseconds: 9)), "GETEX a PXAT 9")
    }

    @Test func `a conditional write says whether it wrote and one with GET what was there`() throws {
        let written: RedisCommand = .set("a", 1, condition: .ifAbsent)
        expectWords(written, "SET a 1 NX")
        #expect(try type(of: written).reply(.null) == false)
        #expect(try type(of: written).reply(.status("OK")))
        expectWords(.set("a", 1, expiry: .keep, condition: .ifPresent), "SET a 1 XX KEEPTTL")
        expectWords(.set("a", 1, condition: .ifAbsent, returning: String.self), "SET a 1 NX GET")
        expectWords(.set("a", 1, expiry: .after(.seconds(1)), returning: Int.self), "SET a 1 GET PX 1000")
    }

    @Test func `commands of hashes are sent word by word`() {
        expectWords(.hget("h", "f"), "HGET h f")
        expectWords(.hmget("h", ["f", "g"]), "HMGET h f g")
        expectWords(.hgetall("h"), "HGETALL h")
        expectWords(.hset("h", "f", "v"), "HSET h f v")
        expectWords(.hset("h", pairs: [("f", 1), ("g", "v")]), "HSET h f 1 g v")
        expectWords(.hset("h", ["f": 1]), "HSET h f 1")
        expectWords(.hsetnx("h", "f", "v"), "HSETNX h f v")
        expectWords(.hdel("h", ["f"]), "HDEL h f")
        expectWords(.hexists("h", "f"), "HEXISTS h f")
        expectWords(.hlen("h"), "HLEN h")
        expectWords(.hstrlen("h", "f"), "HSTRLEN h f")
        expectWords(.hkeys("h"), "HKEYS h")
        expectWords(.hvals("h"), "HVALS h")
        expectWords(.hincrby("h", "f", by: -2), "HINCRBY h f -2")
        expectWords(.hincrbyfloat("h", "f", by: 2.5), "HINCRBYFLOAT h f 2.5")
        expectWords(.hrandfield("h"), "HRANDFIELD h")
        expectWords(.hrandfield("h", count: -3), "HRANDFIELD h -3")
        expectWords(.hrandfieldWithValues("h", count: 2), "HRANDFIELD h 2 WITHVALUES")
        expectWords(.hscan("h", 5, match: "f*"), "HSCAN h 5 MATCH f* COUNT 100")
    }

    @Test(arguments: [
        (0.1, "0.1"), (1e300, "1e+300"), (.infinity, "inf"), (-.infinity, "-inf"), (1.0 / 3, "0.3333333333333333"),
        (.leastNonzeroMagnitude, "5e-324"), (.greatestFiniteMagnitude, "1.7976931348623157e+308"), (-0.0, "-0.0"),
        (1e17, "1e+17"),
    ])
    func `a number is sent so that the same value is read`(number: Double, text: String) throws {
        #expect(RedisArgument(number) == .string(text))
        #expect(try Double(reply: bulk(text)).bitPattern == number.bitPattern)
    }
}

extension RedisCommand {
    /// Decodes a reply as the command's type does.
    static func reply(_ value: RedisValue) throws(RedisError) -> Reply { try Reply(reply: value) }
}
