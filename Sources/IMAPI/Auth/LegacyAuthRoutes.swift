internal import IMProtocol
internal import ServerRuntime

extension Route {
    /// Routes of the server generation before v3, which trust whoever knows the secret.
    static func legacyAuth(configuration: APIConfiguration, services: APIServices, clock: WallClock) -> [Route] {
        let tokens = LegacyTokens(configuration: configuration, services: services, clock: clock)
        return [
            Route(path: "/auth/user_register", access: .legacy, handle: tokens.register),
            Route(path: "/auth/user_token", access: .legacy, handle: tokens.token),
        ]
    }
}
