import Mongo

/// Writes that may be repeated at will, such as `$max`, each with an upsert on unique keys.
struct MaximumWrites: Sendable {
    /// The most writes that are sent together.
    private static let writesMax = 1000
    /// How often a write is tried when others insert the same document at the same time.
    private static let tries = 5

    private let collection: MongoCollection

    init(in collection: MongoCollection) {
        self.collection = collection
    }

    /// Applies `writes`, in any order.
    ///
    /// Of two upserts that find no document, one inserts it and the other fails with a duplicate key; tried again, that
    /// one finds it.
    func apply(_ writes: [MongoWrite]) async throws {
        var rest = writes[...]
        while !rest.isEmpty {
            var some = Array(rest.prefix(Self.writesMax))
            rest = rest.dropFirst(Self.writesMax)
            for left in (0..<Self.tries).reversed() {
                let errors = try await self.collection.bulkWrite(some, ordered: false).errors
                if let other = errors.first(where: { $0.error.code != .duplicateKey || left == 0 }) {
                    throw other.error
                }
                some = errors.compactMap { some.indices.contains($0.index) ? some[$0.index] : nil }
                if some.isEmpty { break }
            }
        }
    }
}
