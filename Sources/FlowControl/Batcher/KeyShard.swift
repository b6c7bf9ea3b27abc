/// Which worker serves a key.
public enum KeyShard {
    /// The CRC-32 (IEEE) of the key's UTF-8, modulo the number of workers, as OpenIM v3.8 chooses.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - workerCount: the number of workers; less than 1 counts as 1.
    /// - Returns: 0 or more, less than `workerCount`.
    public static func index(of key: String, workerCount: Int) -> Int {
        Int(self.crc32(key.utf8)) % max(1, workerCount)
    }

    /// CRC-32 as in IEEE 802.3: reflected polynomial, all ones at start and inverted at the end.
    static func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var remainder = UInt32.max
        for byte in bytes {
            remainder = remainder >> 8 ^ self.table[Int(UInt8(truncatingIfNeeded: remainder) ^ byte)]
        }
        return ~remainder
    }

    private static let table: [UInt32] = (0..<256).map { (index: UInt32) in
        (0..<8).reduce(index) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
}
