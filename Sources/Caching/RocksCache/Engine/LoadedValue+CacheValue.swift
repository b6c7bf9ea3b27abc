extension LoadedValue {
    /// What a loader returned, with its form in bytes.
    @inlinable
    init(_ value: (some CacheValue)?, _ key: String) throws(RocksCacheError) {
        guard let value else {
            self = .absent
            return
        }
        do {
            self.init(bytes: try value.cacheBytes(), object: value)
        } catch {
            throw RocksCacheError(.undecodable, "the value of \(key) has no form in bytes", keys: [key], cause: error)
        }
        guard !self.bytes.isEmpty else {
            throw RocksCacheError(.undecodable, "the value of \(key) has a form without bytes", keys: [key])
        }
    }

    /// The value; `nil` for "known to be absent".
    @inlinable
    func value<Value: CacheValue>(_ type: Value.Type, _ key: String) throws(RocksCacheError) -> Value? {
        if let object = self.object, let value = object as? Value { return value }
        guard !self.bytes.isEmpty else { return nil }
        do {
            return try Value(cacheBytes: self.bytes)
        } catch {
            throw RocksCacheError(.undecodable, "the entry \(key) is not a \(type)", keys: [key], cause: error)
        }
    }
}
