/// rpc-user: accounts and profiles.
package protocol UserService: Sendable {
    /// Creates all users of the request or none; administrators only.
    ///
    /// - Throws: 1001 for an illegal or repeated id or an empty nickname, 1102 when one of them exists.
    func userRegister(
        _ request: Openim_User_userRegisterReq,
        _ context: CallContext
    ) async throws -> Openim_User_userRegisterResp

    /// The profiles of those of the users that exist, in the order of the request.
    func getDesignateUsers(
        _ request: Openim_User_getDesignateUsersReq,
        _ context: CallContext
    ) async throws -> Openim_User_getDesignateUsersResp
}
