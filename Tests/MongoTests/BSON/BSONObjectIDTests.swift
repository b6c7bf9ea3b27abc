import Testing

@testable import Mongo

@Suite struct BSONObjectIDTests {
    @Test func `object ids have 24 digits and never repeat`() {
        let ids = (0..<1_000).map { _ in BSONObjectID.generate(secondsSince1970: 1) }
        #expect(Set(ids).count == 1_000)
        #expect(ids.allSatisfy { BSONObjectID(hex: $0.description) == $0 && BSONObjectID(bytes: $0.bytes) == $0 })
    }

    @Test func `an id begins with the time, goes on with the process and ends with a counter`() throws {
        let first = BSONObjectID.generate(secondsSince1970: 0x0102_0304)
        let second = BSONObjectID()
        #expect(Array(first.bytes.prefix(4)) == [1, 2, 3, 4])
        #expect(first.secondsSince1970 == 0x0102_0304)
        #expect(second.secondsSince1970 > 1_700_000_000)
        #expect(first.bytes[4..<9] == second.bytes[4..<9])
        #expect(first < second)
    }

    @Test(arguments: [
        "", "xyz", "00112233445566778899aab", "00112233445566778899aabbc", "00112233445566778899aabg",
        "\u{FF10}0112233445566778899aabb", "+0112233445566778899aabb",
    ])
    func `other texts are no object ids`(text: String) {
        #expect(BSONObjectID(hex: text) == nil)
    }

    @Test func `upper-case digits are read and lower-case ones written`() throws {
        let id = try #require(BSONObjectID(hex: "00112233445566778899AABB"))
        #expect(id.description == "00112233445566778899aabb" && id.bytes[11] == 0xBB)
        #expect(BSONObjectID(bytes: [1]) == nil)
    }
}
