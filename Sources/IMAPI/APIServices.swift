package import IMProtocol

/// The services that the HTTP API calls.
package struct APIServices: Sendable {
    package var auth: any AuthService
    package var user: any UserService
    package var msg: any MsgService

    /// Gathers the services.
    package init(auth: any AuthService, user: any UserService, msg: any MsgService) {
        self.auth = auth
        self.user = user
        self.msg = msg
    }
}
