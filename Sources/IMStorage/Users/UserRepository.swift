package import Postgres

/// The users, in Postgres.
package struct UserRepository: Sendable {
    private let postgres: PostgresClient

    package init(postgres: PostgresClient) {
        self.postgres = postgres
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
            _ = try await self.postgres.execute(
                """
                INSERT INTO users
                    (user_id, nickname, face_url, ex, app_manger_level, global_recv_msg_opt, create_time)
                SELECT * FROM unnest(
                    \(userIDs)::text[], \(nicknames)::text[], \(faceURLs)::text[], \(extras)::text[],
                    \(levels)::integer[], \(options)::integer[], \(times)::bigint[])
                """
            )
        } catch {
            throw error.code == .uniqueViolation ? StorageError.duplicate : error
        }
    }

    /// Creates an account when it is missing, else brings its nickname in line and leaves the rest alone.
    package func ensure(_ user: UserRecord) async throws {
        _ = try await self.postgres.execute(
            """
            INSERT INTO users (user_id, nickname, face_url, ex, app_manger_level, global_recv_msg_opt, create_time)
            VALUES (\(user.userID), \(user.nickname), \(user.faceURL), \(user.ex), \(user.appManagerLevel),
                \(user.globalReceiveOption), \(user.createTime))
            ON CONFLICT (user_id) DO UPDATE SET nickname = excluded.nickname
            """
        )
    }

    /// Those of the users that exist, by id.
    package func find(_ userIDs: [String]) async throws -> [String: UserRecord] {
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

    /// The user, or nil when there is none of that id.
    package func find(_ userID: String) async throws -> UserRecord? {
        try await self.find([userID])[userID]
    }
}
