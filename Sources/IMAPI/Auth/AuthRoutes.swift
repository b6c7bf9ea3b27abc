internal import IMProtocol

extension Route {
    /// The routes under /auth, but for the legacy ones.
    static func auth(_ services: APIServices) -> [Route] {
        let auth = services.auth
        return [
            .call("/auth/get_admin_token", access: .anyone, requires: [.filled("userID")], auth.getAdminToken),
            .call("/auth/get_user_token", requires: [.filled("userID")], role: .admin, auth.getUserToken),
            .call("/auth/parse_token", access: .anyone, requires: [.filled("token")], auth.parseToken),
        ]
    }
}
