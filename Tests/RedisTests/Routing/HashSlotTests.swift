import Testing

@testable import Redis

@Suite struct HashSlotTests {
    @Test func `the checksum is CRC-16 XMODEM`() {
        let check = Array("123456789".utf8).withUnsafeBufferPointer(CRC16.checksum)
        #expect(check == 0x31C3)
        #expect([UInt8]().withUnsafeBufferPointer(CRC16.checksum) == 0)
    }

    @Test(arguments: [
        ("foo", 12_182), ("bar", 5061), ("hello", 866), ("somekey", 11_058), ("123456789", 12_739), ("", 0),
        ("{user1000}.following", 3443), ("{user1000}.followers", 3443), ("user1000", 3443),
    ])
    func `slots are those that the cluster specification and servers give`(key: String, slot: Int) {
        #expect(HashSlot(text: key).number == UInt16(slot))
        #expect(HashSlot(bytes: Array(key.utf8)).number == UInt16(slot))
        #expect(HashSlot(key: .string(key)) == HashSlot(key: .bytes(Array(key.utf8))))
    }

    @Test func `only the first tag counts, and an empty one does not`() {
        #expect(HashSlot(text: "foo{bar}{zap}") == HashSlot(text: "bar"))
        #expect(HashSlot(text: "foo{{bar}}zap") == HashSlot(text: "{bar"))
        #expect(HashSlot(text: "}foo{bar}") == HashSlot(text: "bar"))
        #expect(HashSlot(text: "foo{}{bar}") != HashSlot(text: "bar"))
        #expect(HashSlot(text: "foo{bar") != HashSlot(text: "bar"))
        #expect(HashSlot(text: "a{") != HashSlot(text: "a"))
    }

    @Test func `a number is the key of its digits`() {
        for number in [0, -1, 42, Int64.min, Int64.max] {
            #expect(HashSlot(key: .integer(number)) == HashSlot(text: "\(number)"))
        }
    }

    @Test func `there is no slot outside the range`() {
        #expect(HashSlot(0)?.number == 0 && HashSlot(16_383)?.number == 16_383)
        #expect(HashSlot(-1) == nil && HashSlot(16_384) == nil && HashSlot(Int64.max) == nil)
    }
}
