/// Who calls a service, from where and on behalf of what; travels with every call between services.
package struct CallContext: Sendable, Hashable {
    /// The trace id of the request that all this is done for.
    package var operationID: String
    /// The user whose token the request carried; empty where none is needed.
    package var userID: String
    /// The platform of that token.
    package var platform: Platform?
    /// The long connection's id, 32 hex digits; empty when the request came by HTTP.
    package var connectionID: String
    /// Whether the caller has the rights of an app administrator.
    package var isAdmin: Bool

    /// Creates a context.
    package init(
        operationID: String,
        userID: String = "",
        platform: Platform? = nil,
        connectionID: String = "",
        isAdmin: Bool = false
    ) {
        self.operationID = operationID
        self.userID = userID
        self.platform = platform
        self.connectionID = connectionID
        self.isAdmin = isAdmin
    }

    /// Throws 1002 unless the caller is `userID` or an administrator.
    package func requireSelf(_ userID: String) throws {
        guard self.isAdmin || (!userID.isEmpty && userID.hasSameBytes(as: self.userID)) else {
            throw IMError(.noPermission, "user \(self.userID) may not act for user \(userID)")
        }
    }

    /// Throws 1002 unless the caller is an administrator.
    package func requireAdmin() throws {
        guard self.isAdmin else {
            throw IMError(.noPermission, "user \(self.userID) is not admin userID")
        }
    }
}
