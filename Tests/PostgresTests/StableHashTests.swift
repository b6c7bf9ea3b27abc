import Testing

@testable import Postgres

struct StableHashTests {
    // Published with the algorithm (isthe.com/chongo/tech/comp/fnv).
    @Test(arguments: [
        ("", 0xCBF2_9CE4_8422_2325 as UInt64), ("a", 0xAF63_DC4C_8601_EC8C), ("foobar", 0x8594_4171_F739_67E8),
    ])
    func `the hash is 64-bit FNV-1a`(text: String, hash: UInt64) {
        #expect(StableHash.fnv1a(text.utf8) == hash)
        #expect(PostgresAdvisoryLockKey(text).number == Int64(bitPattern: hash))
    }

    @Test func `a checksum has 16 digits and does not depend on the line ends of a checkout`() {
        let unix = PostgresMigration(version: 1, name: "a", sql: "SELECT 1;\nSELECT 2;\n")
        let other = PostgresMigration(version: 2, name: "b", sql: "SELECT 1;\r\nSELECT 2;\r\n")
        #expect(unix.checksum == other.checksum)
        #expect(unix.checksum.count == 16)
        #expect(PostgresMigration(version: 1, name: "a", sql: "SELECT 1;\nSELECT 3;\n").checksum != unix.checksum)
    }
}
