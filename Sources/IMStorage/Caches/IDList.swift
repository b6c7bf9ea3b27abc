import Caching

/// A list of ids as a cached value: a JSON array, as OpenIM v3.8 keeps it.
package struct IDList: Sendable, Hashable, Codable, CacheValue {
    /// The ids, in the order of their source.
    package let ids: [String]

    package init(_ ids: [String]) {
        self.ids = ids
    }

    package init(from decoder: any Decoder) throws {
        self.ids = try decoder.singleValueContainer().decode([String].self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.ids)
    }

    /// Whether `id` is one of them, byte for byte.
    package func contains(_ id: String) -> Bool {
        self.ids.contains { $0.utf8.elementsEqual(id.utf8) }
    }
}
