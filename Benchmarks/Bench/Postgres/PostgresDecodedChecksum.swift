import Postgres

/// A row that shows that it was decoded.
protocol PostgresDecodedChecksum: PostgresRowDecodable, SendableMetatype {
    /// What its values add up to, texts and bytes byte by byte.
    var checksum: Double { get }
}

extension PostgresDecodedChecksum {
    /// The sum of these bytes.
    static func sum(_ bytes: RawSpan) -> Double {
        var sum: UInt64 = 0
        for offset in bytes.byteOffsets {
            sum &+= UInt64(bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self))
        }
        return Double(sum)
    }
}
