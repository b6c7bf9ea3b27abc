/// The names that an entry is linked to, and the number of the load that did it.
@usableFromInline
struct LocalCacheLinks: Sendable {
    /// Rises with each load of one slot, so that a late load does not undo the links of a newer one.
    let token: UInt64
    let parents: [String]

    static let none = LocalCacheLinks(token: 0, parents: [])
}
