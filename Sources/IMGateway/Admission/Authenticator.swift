import IMProtocol

/// Checks the token of a connection attempt: the last part of admission.
struct Authenticator: Sendable {
    let auth: any AuthService

    /// Returns when the token is valid and is the one of the user and platform that the client claims.
    ///
    /// - Throws: 1501 to 1507; 500 when the auth service fails.
    func check(_ request: AdmissionRequest) async throws(IMError) {
        var message = Openim_Auth_parseTokenReq()
        message.token = request.token
        let context = CallContext(operationID: request.operationID)
        let token: Openim_Auth_parseTokenResp
        do {
            token = try await self.auth.parseToken(message, context)
        } catch {
            throw IMError.visible(error)
        }
        guard token.userID.hasSameBytes(as: request.userID) else {
            throw IMError(.tokenInvalid, "token uid \(token.userID) != userID \(request.userID)")
        }
        guard token.platformID == request.platform.rawValue else {
            throw IMError(
                .tokenInvalid,
                "token platform \(token.platformID) != platformID \(request.platform.rawValue)"
            )
        }
    }
}
