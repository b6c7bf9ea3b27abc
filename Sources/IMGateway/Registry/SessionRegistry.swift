import Synchronization

/// All open connections of this process by user.
///
/// Split into shards, each under its own lock, so that event loops and pushing tasks rarely meet. A lock is held for a
/// look-up only; nothing is sent and nothing is logged under it.
final class SessionRegistry: Sendable {
    /// What the registration of a connection brought about.
    struct Registration {
        /// The new connection's id.
        let id: UInt64
        /// The connections to throw out; they are no longer registered.
        let kicked: [SessionHandle]
        let invalidation: TokenInvalidation
    }

    private final class Shard: Sendable {
        let users = Mutex<[String: UserSessions]>([:])
    }

    private let shards: [Shard]
    private let policy: LoginPolicy
    private let lastID = Atomic<UInt64>(0)

    /// Creates an empty registry; `shardCount` has to be a power of two.
    init(policy: LoginPolicy, shardCount: Int = 64) {
        precondition(shardCount > 0 && shardCount & (shardCount - 1) == 0, "shardCount is no power of two")
        self.policy = policy
        self.shards = (0..<shardCount).map { _ in Shard() }
    }

    /// Adds a connection and takes out those that it throws out.
    ///
    /// `makeHandle` makes the handle, given its id, before anything is locked.
    func register(_ identity: SessionIdentity, _ makeHandle: (UInt64) -> SessionHandle) -> Registration {
        let id = self.lastID.wrappingAdd(1, ordering: .relaxed).newValue
        let handle = makeHandle(id)
        let policy = self.policy
        return self.shard(of: identity.userID).users.withLock { users in
            guard var sessions = users[identity.userID] else {
                users[identity.userID] = .one(handle)
                return Registration(id: id, kicked: [], invalidation: .none)
            }
            var kicked: [SessionHandle] = []
            var hadCandidates = false
            if policy != .unlimited {
                for older in sessions.all
                where policy.excludes(older: older.identity.platform, new: identity.platform) {
                    hadCandidates = true
                    if older.identity.token != identity.token { kicked.append(older) }
                }
            }
            sessions.add(handle)
            for session in kicked {
                // The new one is among them, so something always stays.
                sessions = sessions.removing(session.id) ?? .one(handle)
            }
            users[identity.userID] = sessions
            return Registration(
                id: id,
                kicked: kicked,
                invalidation: policy.invalidation(
                    new: identity,
                    kicked: kicked.map(\.identity),
                    hadCandidates: hadCandidates
                )
            )
        }
    }

    /// Takes out a connection; nothing happens when it is out already.
    func remove(userID: String, id: UInt64) {
        self.shard(of: userID).users.withLock { users in
            guard let sessions = users.removeValue(forKey: userID) else { return }
            if let rest = sessions.removing(id) { users[userID] = rest }
        }
    }

    /// The connections of a user.
    func sessions(of userID: String) -> [SessionHandle] {
        self.shard(of: userID).users.withLock { $0[userID]?.all ?? [] }
    }

    private func shard(of userID: String) -> Shard {
        self.shards[userID.hashValue & (self.shards.count - 1)]
    }
}
