internal import IMProtocol

extension Route {
    /// The routes under /user.
    static func user(_ services: APIServices) -> [Route] {
        let user = services.user
        return [
            .call("/user/user_register", requires: [.filled("users")], role: .admin, user.userRegister),
            .call("/user/get_users_info", requires: [.given("userIDs")], user.getDesignateUsers),
        ]
    }
}
