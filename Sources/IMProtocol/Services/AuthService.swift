/// rpc-auth: issues and checks login tokens.
///
/// Roles in one process call it directly; nothing in a caller knows where it runs.
package protocol AuthService: Sendable {
    /// Issues an administrator's token against the server's secret.
    ///
    /// - Throws: 1002 for a wrong secret, 1001 for a user that is no administrator, 1004 for one that does not exist.
    func getAdminToken(
        _ request: Openim_Auth_getAdminTokenReq,
        _ context: CallContext
    ) async throws -> Openim_Auth_getAdminTokenResp

    /// Issues a user's token for one platform; administrators only.
    ///
    /// - Throws: 1002 without the right or for an administrator's account, 1004 for an unknown user, 1001 for a platform
    ///   that does not exist and for system accounts.
    func getUserToken(
        _ request: Openim_Auth_getUserTokenReq,
        _ context: CallContext
    ) async throws -> Openim_Auth_getUserTokenResp

    /// Checks a token: signature, expiry, and that the token store lists it as normal.
    ///
    /// - Throws: 1501 to 1507; 1001 for an empty token.
    func parseToken(
        _ request: Openim_Auth_parseTokenReq,
        _ context: CallContext
    ) async throws -> Openim_Auth_parseTokenResp

    /// Marks every token of a user and platform as kicked, except one.
    func invalidateToken(
        _ request: Openim_Auth_invalidateTokenReq,
        _ context: CallContext
    ) async throws -> Openim_Auth_invalidateTokenResp

    /// Marks each of the given tokens as kicked.
    func kickTokens(
        _ request: Openim_Auth_kickTokensReq,
        _ context: CallContext
    ) async throws -> Openim_Auth_kickTokensResp
}
