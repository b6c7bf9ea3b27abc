extension RedisCommand where Reply == Int {
    /// `GETBIT`: 0 or 1; bit 0 is the highest of the first byte.
    public static func getbit(_ key: String, at offset: Int) -> Self {
        Self(name: "GETBIT", [.string(key), .init(offset)])
    }

    /// `SETBIT`: the bit before, 0 or 1.
    public static func setbit(_ key: String, at offset: Int, _ isSet: Bool) -> Self {
        Self(name: "SETBIT", [.string(key), .init(offset), isSet ? 1 : 0])
    }

    /// `BITCOUNT`: the number of bits that are 1.
    public static func bitcount(_ key: String) -> Self {
        Self(name: "BITCOUNT", keys: [key])
    }

    /// `BITCOUNT` of a range: the number of bits that are 1 from `start` to `end` inclusive.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - start: the first position; negative ones count from the end.
    ///   - end: the last position.
    ///   - unit: what positions count.
    /// - Returns: the command, whose reply is the number of bits.
    public static func bitcount(_ key: String, from start: Int, to end: Int, unit: RedisRangeUnit = .byte) -> Self {
        Self(name: "BITCOUNT", [.string(key), .init(start), .init(end), .string(unit.rawValue)])
    }

    /// `BITPOS`: the position of the first bit that is set or not, in bits; -1 when there is none.
    public static func bitpos(_ key: String, _ isSet: Bool) -> Self {
        Self(name: "BITPOS", [.string(key), isSet ? 1 : 0])
    }
}
