/// Records of one key, in the order in which they were put.
public struct Batch<Element: Sendable>: Sendable {
    /// The key that all of them have.
    public let key: String
    /// The records; at least one.
    public let elements: [Element]
    /// The sum of their sizes as told to `put`.
    public let byteCount: Int
    /// With `.interval`: which flush it belongs to.
    let flush: Int?
}
