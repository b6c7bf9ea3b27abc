internal import IMProtocol

/// Who may call a route, besides what the service itself allows.
enum Role<Request>: Sendable {
    /// Everybody whom the route's access lets in.
    case anyone
    /// App administrators.
    case admin
    /// The user that this field of the request names, and app administrators.
    case owner(@Sendable (Request) -> String)

    /// Throws 1002 for a caller that has not the role.
    func check(_ request: Request, _ context: CallContext) throws {
        switch self {
        case .anyone: break
        case .admin: try context.requireAdmin()
        case .owner(let userID): try context.requireSelf(userID(request))
        }
    }
}
