import Testing

@testable import Redis

@Suite struct RedisReplyTests {
    @Test func `numbers come from integers and from digits and must fit`() throws {
        #expect(try Int(reply: .integer(7)) == 7)
        #expect(try Int64(reply: bulk("-9223372036854775808")) == .min)
        #expect(try UInt64(reply: bulk("18446744073709551615")) == .max)
        #expect(try Int32(reply: .integer(-5)) == -5)
        #expect(try UInt8(reply: .integer(255)) == 255)
        #expect(
            Self.message { () throws(RedisError) in try Int32(reply: .integer(1 << 31)) }
                == "expected Int32, got integer"
        )
        for text in ["", "x", "1.5", " 1", "9223372036854775808"] {
            #expect(Self.message { () throws(RedisError) in try Int(reply: bulk(text)) }?.contains("string of") == true)
        }
        #expect(Self.message { () throws(RedisError) in try UInt64(reply: .integer(-1)) } != nil)
        #expect(Self.message { () throws(RedisError) in try UInt8(reply: .integer(256)) } != nil)
        #expect(Self.message { () throws(RedisError) in try Int(reply: .null) } == "expected Int, got null")
        #expect(Self.message { () throws(RedisError) in try Int(reply: .status("7")) } != nil)
    }

    @Test func `decimal numbers keep their value`() throws {
        #expect(try Double(reply: bulk("0.1")) == 0.1)
        #expect(try Double(reply: bulk("-inf")) == -.infinity)
        #expect(try Double(reply: .integer(3)) == 3)
        #expect(Self.message { () throws(RedisError) in try Double(reply: .integer(.max)) } != nil)
        #expect(Self.message { () throws(RedisError) in try Double(reply: bulk("")) } != nil)
    }

    @Test func `truth values are those that the server and its scripts send`() throws {
        #expect(try Bool(reply: .integer(1)) && Bool(reply: .status("OK")))
        #expect(try !Bool(reply: .integer(0)) && !Bool(reply: .null))
        #expect(
            Self.message { () throws(RedisError) in try Bool(reply: .integer(2)) } == "expected 0 or 1, got integer"
        )
        #expect(Self.message { () throws(RedisError) in try Bool(reply: .status("QUEUED")) } != nil)
    }

    @Test func `text must be valid and bytes may be any`() throws {
        #expect(try String(reply: bulk("ä")) == "ä")
        #expect(try String(reply: .status("PONG")) == "PONG")
        #expect(try [UInt8](reply: .string([255, 0])) == [255, 0])
        #expect(try [UInt8](reply: .status("OK")) == [79, 75])
        let invalid = Self.message { () throws(RedisError) in try String(reply: .string([255])) }
        #expect(invalid == "expected UTF-8 string, got string of 1 bytes")
        #expect(Self.message { () throws(RedisError) in try [UInt8](reply: .array([.integer(1)])) } != nil)
    }

    @Test func `optionals arrays and dictionaries nest`() throws {
        #expect(try [UInt8]?(reply: .null) == nil)
        #expect(try [Int?](reply: .array([.integer(1), .null])) == [1, nil])
        #expect(try [[UInt8]?](reply: .array([bulk("a"), .null])) == [[97], nil])
        #expect(try [[Int]](reply: .array([.array([]), .array([.integer(2)])])) == [[], [2]])
        #expect(try [String: Int](reply: .array([bulk("a"), bulk("1"), bulk("b"), .integer(2)])) == ["a": 1, "b": 2])
        #expect(try [String: [UInt8]](reply: .array([bulk("a"), .string([255])])) == ["a": [255]])
        #expect(try [String: Int](reply: .array([bulk("a"), .integer(1), bulk("a"), .integer(2)])) == ["a": 2])
        #expect(try [RedisValue](reply: .array([.null, .integer(1)])) == [.null, .integer(1)])
        #expect(Self.message { () throws(RedisError) in try [Int](reply: .null) } == "expected array, got null")
        let odd = Self.message { () throws(RedisError) in try [String: Int](reply: .array([bulk("a")])) }
        #expect(odd == "expected array of pairs, got array of 1")
    }

    @Test func `an error names the place of the element and never its content`() {
        let nested = RedisValue.array([.array([]), .array([.integer(1), bulk("secret")])])
        let error = Self.error { () throws(RedisError) in try [[Int]](reply: nested) }
        #expect(error?.message == "[1][1]: expected Int, got string of 6 bytes")
        #expect(error?.code == .unexpectedReply && error?.mayHaveBeenApplied == true)
        let field = Self.message { () throws(RedisError) in
            try [String: [Int]](reply: .array([bulk("a"), .array([.null])]))
        }
        #expect(field == "[1][0]: expected Int, got null")
        let page = Self.message { () throws(RedisError) in
            try RedisScanPage<RedisScored<Int>>(reply: .array([bulk("0"), .array([.integer(1), bulk("x")])]))
        }
        #expect(page == "[1][1]: expected Double, got string of 1 bytes")
    }

    @Test func `an error reply is the server's error at any depth`() {
        let reply = RedisValue.error("WRONGTYPE no")
        #expect(Self.error { () throws(RedisError) in try RedisValue(reply: reply) }?.code == .server)
        #expect(Self.error { () throws(RedisError) in try Int?(reply: reply) }?.code == .server)
        #expect(Self.error { () throws(RedisError) in try RedisOK(reply: reply) }?.code == .server)
        let deep = Self.error { () throws(RedisError) in try [[Int]](reply: .array([.array([reply])])) }
        #expect(deep?.serverErrorName == "WRONGTYPE" && deep?.message == "WRONGTYPE no")
    }

    @Test func `only OK is OK`() throws {
        #expect(try RedisOK(reply: .status("OK")) == RedisOK())
        let queued = Self.message { () throws(RedisError) in try RedisOK(reply: .status("QUEUED")) }
        #expect(queued == "expected status OK, got status")
    }

    static func error<Value>(_ body: () throws(RedisError) -> Value) -> RedisError? {
        do throws(RedisError) {
            _ = try body()
            return nil
        } catch {
            return error
        }
    }

    static func message<Value>(_ body: () throws(RedisError) -> Value) -> String? { self.error(body)?.message }
}
