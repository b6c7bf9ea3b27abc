extension RedisClient {
    /// The slot of a cluster to which `key` belongs, of 16,384.
    ///
    /// Keys with the same text between their first `{` and the next `}` share a slot.
    public static func hashSlot(of key: String) -> Int {
        Int(HashSlot(key: .string(key)).number)
    }
}
