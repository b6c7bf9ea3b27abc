/// The checksum CRC-16/XMODEM: polynomial 0x1021, initial value 0, no reflection.
enum CRC16 {
    /// The effect of each value of the upper byte.
    private static let table: [UInt16] = (0..<256).map { byte in
        (0..<8).reduce(UInt16(byte) << 8) { crc, _ in
            crc & 0x8000 == 0 ? crc << 1 : crc << 1 ^ 0x1021
        }
    }

    /// The checksum of `bytes`; allocates nothing.
    static func checksum(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt16 {
        self.table.withUnsafeBufferPointer { table in
            bytes.reduce(0) { crc, byte in crc << 8 ^ table[Int(crc >> 8) ^ Int(byte)] }
        }
    }
}
