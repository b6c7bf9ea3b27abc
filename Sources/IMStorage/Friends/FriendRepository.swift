import Caching
package import Postgres

/// Friendships and black lists, in Postgres, read through the caches.
///
/// Redis keeps the lists of each owner; a process keeps single answers, linked to the list that they come from, so that they end
/// with it.
package struct FriendRepository: Sendable {
    /// How long Redis keeps a list.
    private static let lifetime: Duration = .seconds(12 * 3600)

    private let postgres: PostgresClient
    private let caches: Caches

    /// - Parameters:
    ///   - postgres: where the rows are.
    ///   - caches: what is read first.
    package init(postgres: PostgresClient, caches: Caches) {
        self.postgres = postgres
        self.caches = caches
    }

    /// Whether `ownerID` has `userID` as a friend; the other direction may differ.
    package func isFriend(_ userID: String, of ownerID: String) async throws -> Bool {
        try await self.answer("IS_FRIEND", userID, ownerID, list: CacheKey.friendIDs(of: ownerID)) {
            try await self.friendIDs(of: ownerID)
        }
    }

    /// Whether `ownerID` has blocked `userID`.
    package func isBlocked(_ userID: String, by ownerID: String) async throws -> Bool {
        try await self.answer("IS_BLACK", userID, ownerID, list: CacheKey.blackIDs(of: ownerID)) {
            try await self.blackIDs(of: ownerID)
        }
    }

    /// The friends of a user in the order of its list (pinned first, then the oldest), from Redis, else from Postgres.
    package func friendIDs(of ownerID: String) async throws -> IDList {
        try await self.caches.shared.fetch(CacheKey.friendIDs(of: ownerID), expire: Self.lifetime) {
            try await self.ids(
                """
                SELECT friend_user_id FROM friends WHERE owner_user_id = \(ownerID) ORDER BY is_pinned DESC, ordinal
                """
            )
        }
    }

    /// Whom a user has blocked, the oldest first, from Redis, else from Postgres.
    package func blackIDs(of ownerID: String) async throws -> IDList {
        try await self.caches.shared.fetch(CacheKey.blackIDs(of: ownerID), expire: Self.lifetime) {
            try await self.ids("SELECT block_user_id FROM blacks WHERE owner_user_id = \(ownerID) ORDER BY ordinal")
        }
    }

    /// An answer of the process's memory, else from the list.
    ///
    /// The parts of its key are separated by a zero byte, which no id holds: the key exists in memory only.
    private func answer(
        _ kind: String,
        _ userID: String,
        _ ownerID: String,
        list: String,
        _ load: @escaping @Sendable () async throws -> IDList
    ) async throws -> Bool {
        guard let local = self.caches.relations else { return try await load().contains(userID) }
        return try await local.get("\(kind)\u{0}\(ownerID)\u{0}\(userID)", linkedTo: [list]) {
            try await load().contains(userID)
        }
    }

    private func ids(_ query: PostgresQuery) async throws -> IDList {
        var ids: [String] = []
        for row in try await self.postgres.query(query) { ids.append(try row.decode(at: 0)) }
        return IDList(ids)
    }
}
