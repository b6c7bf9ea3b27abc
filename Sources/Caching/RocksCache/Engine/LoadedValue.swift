/// A value in the form in which it is stored, and as the object that the loader of this process returned.
@usableFromInline
struct LoadedValue: Sendable {
    /// Empty for "known to be absent".
    @usableFromInline
    var bytes: [UInt8]
    /// Spares the callers of this process the decoding.
    @usableFromInline
    var object: (any Sendable)?

    /// "Known to be absent".
    @usableFromInline
    static let absent = LoadedValue(bytes: [])

    @usableFromInline
    init(bytes: [UInt8], object: (any Sendable)? = nil) {
        self.bytes = bytes
        self.object = object
    }
}

/// What a refresh ended with.
struct RefreshResult: Sendable {
    var value: LoadedValue
    /// The stage of the flight in which the value was asked for.
    var stage: Int
    /// Whether the entry was still the loader's when it stored the value.
    var isStored: Bool
}
