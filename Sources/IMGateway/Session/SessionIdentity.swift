import IMProtocol

/// Who a connection belongs to and how it speaks; fixed at admission.
///
/// A class, so that registry, connection and running
/// requests share one copy of the strings.
final class SessionIdentity: Sendable {
    let userID: String
    let platform: Platform
    /// The login token; never logged.
    let token: String
    /// 32 hex digits.
    let connectionID: String
    let encoding: EnvelopeEncoding
    /// Whether binary frames are compressed, in both directions.
    let isCompressed: Bool
    let isAdmin: Bool

    init(admitting request: AdmissionRequest, connectionID: String, isAdmin: Bool) {
        self.userID = request.userID
        self.platform = request.platform
        self.token = request.token
        self.connectionID = connectionID
        self.encoding = request.encoding
        self.isCompressed = request.isCompressed
        self.isAdmin = isAdmin
    }

    /// The context of a request that came by this connection.
    func context(operationID: String) -> CallContext {
        CallContext(
            operationID: operationID,
            userID: self.userID,
            platform: self.platform,
            connectionID: self.connectionID,
            isAdmin: self.isAdmin
        )
    }
}
