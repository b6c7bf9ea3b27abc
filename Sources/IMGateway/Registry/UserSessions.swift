/// The connections of one user.
///
/// Nearly all users have one, and a dictionary for it would cost ten times the memory;
/// a user with many still adds and removes in constant time.
enum UserSessions: Sendable {
    case one(SessionHandle)
    case many([UInt64: SessionHandle])

    var all: [SessionHandle] {
        switch self {
        case .one(let session): [session]
        case .many(let sessions): Array(sessions.values)
        }
    }

    mutating func add(_ session: SessionHandle) {
        switch self {
        case .one(let first): self = .many([first.id: first, session.id: session])
        case .many(var sessions):
            self = .many([:])
            sessions[session.id] = session
            self = .many(sessions)
        }
    }

    /// What is left without the connection `id`: nil when nothing is.
    consuming func removing(_ id: UInt64) -> UserSessions? {
        switch consume self {
        case .one(let session):
            return session.id == id ? nil : .one(session)
        case .many(var sessions):
            sessions.removeValue(forKey: id)
            guard sessions.count <= 1 else { return .many(sessions) }
            return sessions.values.first.map { .one($0) }
        }
    }
}
