/// The 64-bit hash FNV-1a (Fowler, Noll, Vo), by which OpenIM divides keys among the slots of a local cache.
@usableFromInline
enum FNV1a {
    /// The hash of the text's UTF-8 bytes.
    @usableFromInline
    static func hash64(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        let isDone: Void? = text.utf8.withContiguousStorageIfAvailable { bytes in
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        }
        if isDone == nil {
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        }
        return hash
    }
}
