import Caching
package import Postgres

/// The users, in Postgres, read through the caches.
///
/// A read is answered by the process's memory, else by Redis, else by Postgres; that a user does not exist is known to Redis
/// only, for a minute at the most. Each change ends what the caches hold of the users that it touches.
package struct UserRepository: Sendable {
    /// How long Redis keeps a user.
    private static let lifetime: Duration = .seconds(12 * 3600)

    private let postgres: PostgresClient
    private let caches: Caches
    private let changes: DataChanges

    /// - Parameters:
    ///   - postgres: where the users are.
    ///   - caches: what is read first.
    ///   - changes: how they are changed.
    package init(postgres: PostgresClient, caches: Caches, changes: DataChanges) {
        self.postgres = postgres
        self.caches = caches
        self.changes = changes
    }

    /// Creates all users or none.
    ///
    /// - Throws: `StorageError.duplicate` when one of them exists; `PostgresError` for everything else.
    package func insert(_ users: [UserRecord]) async throws {
        let userIDs = users.map(\.userID)
        let nicknames = users.map(\.nickname)
        let faceURLs = users.map(\.faceURL)
        let extras = users.map(\.ex)
        let levels = users.map(\.appManagerLevel)
        let options = users.map(\.globalReceiveOption)
        let times = users.map(\.createTime)
        do {
            // What ends is that they were known to be absent.
            try await self.changes.transaction { change in
                _ = try await change.execute(
                    """
                    INSERT INTO users
                        (user_id, nickname, face_url, ex, app_manger_level, global_recv_msg_opt, create_time)
                    SELECT * FROM unnest(
                        \(userIDs)::text[], \(nicknames)::text[], \(faceURLs)::text[], \(extras)::text[],
                        \(levels)::integer[], \(options)::integer[], \(times)::bigint[])
                    """,
                    invalidating: userIDs.flatMap(CacheKey.account)
                )
            }
        } catch {
            throw (error as? PostgresError)?.code == .uniqueViolation ? StorageError.duplicate : error
        }
    }

    /// Creates an account when it is missing, else brings its nickname in line and leaves the rest alone.
    package func ensure(_ user: UserRecord) async throws {
        try await self.changes.transaction { change in
            _ = try await change.execute(
                """
                INSERT INTO users (user_id, nickname, face_url, ex, app_manger_level, global_recv_msg_opt, create_time)
                VALUES (\(user.userID), \(user.nickname), \(user.faceURL), \(user.ex), \(user.appManagerLevel),
                    \(user.globalReceiveOption), \(user.createTime))
                ON CONFLICT (user_id) DO UPDATE SET nickname = excluded.nickname
                WHERE users.nickname <> excluded.nickname
                """,
                invalidating: CacheKey.account(user.userID)
            )
        }
    }

    /// Those of the users that exist, by id.
    ///
    /// After a change in this process the new state; after one elsewhere as soon as the announcement has arrived. When
    /// Redis does not answer, Postgres does.
    package func find(_ userIDs: [String]) async throws -> [String: UserRecord] {
        guard let local = self.caches.users else { return try await self.findShared(userIDs) }
        return try await local.getBatch(userIDs, key: CacheKey.userInfo) { try await self.findShared($0) }
    }

    /// The user, or nil when there is none of that id.
    package func find(_ userID: String) async throws -> UserRecord? {
        try await self.find([userID])[userID]
    }

    /// The same without the process's own memory.
    ///
    /// The new state after every change that has returned, wherever it was made (`DataChanges` says what failures may delay).
    package func findShared(_ userIDs: [String]) async throws -> [String: UserRecord] {
        try await self.caches.shared.fetchBatch(userIDs, key: CacheKey.userInfo, expire: Self.lifetime) {
            try await self.load($0)
        }
    }

    /// Those of the users that exist, as Postgres has them.
    package func load(_ userIDs: [String]) async throws -> [String: UserRecord] {
        let rows = try await self.postgres.query(
            """
            SELECT user_id, nickname, face_url, ex, app_manger_level, global_recv_msg_opt, create_time
            FROM users WHERE user_id = ANY(\(userIDs)::text[])
            """
        )
        var users: [String: UserRecord] = [:]
        for row in rows {
            let userID = try row.decode("user_id", as: String.self)
            users[userID] = UserRecord(
                userID: userID,
                nickname: try row.decode("nickname"),
                faceURL: try row.decode("face_url"),
                ex: try row.decode("ex"),
                appManagerLevel: try row.decode("app_manger_level"),
                globalReceiveOption: try row.decode("global_recv_msg_opt"),
                createTime: try row.decode("create_time")
            )
        }
        return users
    }
}
