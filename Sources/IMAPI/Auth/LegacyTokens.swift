internal import IMProtocol
internal import ServerRuntime

/// Creates users and issues tokens against the server's secret alone.
///
/// The services are called with an administrator's rights, which the secret stands for. Tokens for administrators are
/// refused, or the secret would be as good as such a token on every other route.
struct LegacyTokens: Sendable {
    private let configuration: APIConfiguration
    private let services: APIServices
    private let clock: WallClock

    init(configuration: APIConfiguration, services: APIServices, clock: WallClock) {
        self.configuration = configuration
        self.services = services
        self.clock = clock
    }

    /// Creates a user and issues a token.
    ///
    /// When issuing fails the user remains; `token` then issues one without the user being created again.
    @Sendable func register(_ body: [UInt8], _ context: CallContext) async throws -> [UInt8]? {
        let fields = try RequestFields(RequestBodyError.parse(body))
        let request = try LegacyAuthRequest(fields)
        var registration = Openim_User_userRegisterReq()
        registration.users = [try request.user(fields)]
        let context = try self.authorize(request, context)
        _ = try await self.services.user.userRegister(registration, context)
        return try await self.issue(request, context)
    }

    /// Issues a token for a user that exists.
    @Sendable func token(_ body: [UInt8], _ context: CallContext) async throws -> [UInt8]? {
        let request = try LegacyAuthRequest(RequestFields(RequestBodyError.parse(body)))
        return try await self.issue(request, self.authorize(request, context))
    }

    /// The context of the first administrator, for a request that knows the secret.
    private func authorize(_ request: LegacyAuthRequest, _ context: CallContext) throws -> CallContext {
        guard !self.configuration.secret.isEmpty, Self.isEqual(request.secret, self.configuration.secret) else {
            throw IMError(.noPermission, "secret is wrong")
        }
        guard !self.configuration.adminUserIDs.contains(request.userID) else {
            throw IMError(.noPermission, "uid is an administrator's")
        }
        var context = context
        context.userID = self.configuration.adminUserIDs.first ?? ""
        context.isAdmin = true
        return context
    }

    private func issue(_ request: LegacyAuthRequest, _ context: CallContext) async throws -> [UInt8] {
        var question = Openim_Auth_getUserTokenReq()
        question.userID = request.userID
        question.platformID = request.platform
        let issued = try await self.services.auth.getUserToken(question, context)
        let expiry = self.clock.seconds.addingReportingOverflow(issued.expireTimeSeconds)
        let data = JSONValue.object([
            JSONMember("uid", .string(request.userID)),
            JSONMember("token", .string(issued.token)),
            JSONMember("expiredTime", .integer(expiry.overflow ? Int64.max : expiry.partialValue)),
        ])
        return data.encoded()
    }

    /// Compares in a time that does not tell how much of the text was right.
    private static func isEqual(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        return zip(left.utf8, right.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
