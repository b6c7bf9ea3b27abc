/// A hash that is the same in every process, version and machine: 64-bit FNV-1a.
///
/// Not for anything that an enemy may choose the input of.
enum StableHash {
    private static let offset: UInt64 = 0xCBF2_9CE4_8422_2325
    private static let prime: UInt64 = 0x0000_0100_0000_01B3

    /// The hash of `bytes`.
    static func fnv1a(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var hash = self.offset
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* self.prime }
        return hash
    }
}
