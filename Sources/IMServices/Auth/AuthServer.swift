package import IMProtocol
package import IMStorage
import OpenSSL
package import ServerRuntime
import SwiftProtobuf

/// The auth service: issues and checks login tokens.
package struct AuthServer: AuthService {
    /// The settings of the service.
    package struct Settings: Sendable {
        /// Signs the tokens; also what an administrator logs in with.
        package var secret: String
        /// Users with the rights of an app administrator.
        package var adminUserIDs: [String]
        /// How long a token is valid.
        package var tokenLifetime: Duration
        /// What a new token does to older ones.
        package var multiLogin: MultiLoginPolicy
        /// Tokens that a platform may have under `MultiLoginPolicy.noKick`.
        package var tokensPerPlatformMax: Int

        package init(
            secret: String,
            adminUserIDs: [String],
            tokenLifetime: Duration = .seconds(90 * 86_400),
            multiLogin: MultiLoginPolicy = .onePerPlatform,
            tokensPerPlatformMax: Int = 30
        ) {
            self.secret = secret
            self.adminUserIDs = adminUserIDs
            self.tokenLifetime = tokenLifetime
            self.multiLogin = multiLogin
            self.tokensPerPlatformMax = tokensPerPlatformMax
        }
    }

    /// How long a replaced administrator token keeps working.
    private static let retirementGrace: Duration = .seconds(300)

    private let settings: Settings
    private let secret: [UInt8]
    private let key: HMAC
    private let tokens: TokenStore
    private let users: UserRepository
    private let clock: WallClock

    package init(settings: Settings, tokens: TokenStore, users: UserRepository, clock: WallClock = .system) throws {
        self.settings = settings
        self.secret = Array(settings.secret.utf8)
        self.key = try HMAC(.sha256, key: self.secret)
        self.tokens = tokens
        self.users = users
        self.clock = clock
    }

    package func getAdminToken(
        _ request: Openim_Auth_getAdminTokenReq,
        _ context: CallContext
    ) async throws -> Openim_Auth_getAdminTokenResp {
        guard !request.secret.isEmpty, ConstantTime.areEqual(Array(request.secret.utf8), self.secret) else {
            throw IMError(.noPermission, "secret invalid")
        }
        guard self.settings.adminUserIDs.contains(request.userID) else {
            throw IMError(.args, "userID \(request.userID) is not in the list of administrators")
        }
        guard try await self.users.find(request.userID) != nil else {
            throw IMError(.recordNotFound, "user \(request.userID) does not exist")
        }
        let token = try await self.issue(for: request.userID, on: .admin)
        return .with {
            $0.token = token
            $0.expireTimeSeconds = self.settings.tokenLifetime.components.seconds
        }
    }

    package func getUserToken(
        _ request: Openim_Auth_getUserTokenReq,
        _ context: CallContext
    ) async throws -> Openim_Auth_getUserTokenResp {
        try context.requireAdmin()
        guard let platform = Platform(rawValue: request.platformID) else {
            throw IMError(.args, "platformID must be 1 to 9 or 11, got \(request.platformID)")
        }
        guard platform != .admin else { throw IMError(.noPermission, "platformID must not be 10") }
        guard !request.userID.isEmpty else { throw IMError(.args, "userID is empty") }
        guard !self.settings.adminUserIDs.contains(request.userID) else {
            throw IMError(.noPermission, "don't get Admin token")
        }
        guard let user = try await self.users.find(request.userID) else {
            throw IMError(.recordNotFound, "user \(request.userID) does not exist")
        }
        guard user.appManagerLevel < 3 else { throw IMError(.args, "app account can`t get token") }
        let token = try await self.issue(for: request.userID, on: platform)
        return .with {
            $0.token = token
            $0.expireTimeSeconds = self.settings.tokenLifetime.components.seconds
        }
    }

    package func parseToken(
        _ request: Openim_Auth_parseTokenReq,
        _ context: CallContext
    ) async throws -> Openim_Auth_parseTokenResp {
        guard !request.token.isEmpty else { throw IMError(.args, "token is empty") }
        let token = try LoginToken(verifying: request.token, key: self.key, now: self.clock.seconds)
        guard let platform = Platform(rawValue: token.platformID) else { throw IMError(.tokenNotExist) }
        switch try await self.tokens.state(of: request.token, of: token.userID, on: platform) {
        case .normal: break
        case .kicked: throw IMError(.tokenKicked)
        case .invalid, .expired: throw IMError(.tokenUnknown)
        case nil:
            guard self.settings.adminUserIDs.contains(token.userID),
                try await self.tokens.isRetired(request.token, of: token.userID, on: platform)
            else { throw IMError(.tokenNotExist) }
        }
        return .with {
            $0.userID = token.userID
            $0.platformID = token.platformID
            $0.expireTimeSeconds = token.expiresAt
        }
    }

    package func invalidateToken(
        _ request: Openim_Auth_invalidateTokenReq,
        _ context: CallContext
    ) async throws -> Openim_Auth_invalidateTokenResp {
        guard let platform = Platform(rawValue: request.platformID) else {
            throw IMError(.args, "platformID must be 1 to 11, got \(request.platformID)")
        }
        let others = try await self.tokens.tokens(of: request.userID, on: platform).keys
            .filter { $0 != request.preservedToken }
        try await self.tokens.mark(others, as: .kicked, of: request.userID, on: platform)
        return Openim_Auth_invalidateTokenResp()
    }

    package func kickTokens(
        _ request: Openim_Auth_kickTokensReq,
        _ context: CallContext
    ) async throws -> Openim_Auth_kickTokensResp {
        for text in request.tokens {
            // A token that no longer verifies needs no mark.
            guard let token = try? LoginToken(verifying: text, key: self.key, now: self.clock.seconds),
                let platform = Platform(rawValue: token.platformID)
            else { continue }
            try await self.tokens.mark([text], as: .kicked, of: token.userID, on: platform)
        }
        return Openim_Auth_kickTokensResp()
    }

    /// Makes a token, ends those that the policy ends, and lists the new one.
    private func issue(for userID: String, on platform: Platform) async throws -> String {
        let now = self.clock.seconds
        let lifetime = self.settings.tokenLifetime
        let token = LoginToken(
            userID: userID,
            platformID: platform.rawValue,
            expiresAt: now + lifetime.components.seconds,
            issuedAt: now - 5
        )
        let text = try token.signed(with: self.key)
        try await self.endOlderTokens(of: userID, issuing: platform, except: text)
        try await self.tokens.add(text, of: userID, on: platform, lifetime: lifetime)
        return text
    }

    private func endOlderTokens(of userID: String, issuing platform: Platform, except new: String) async throws {
        var live: [MultiLoginPolicy.Candidate] = []
        for (platform, states) in try await self.tokens.tokens(of: userID) {
            var dead: [String] = []
            for (text, state) in states where text != new {
                // What does not verify any more (expired, other secret) is dropped from the store.
                let token = try? LoginToken(verifying: text, key: self.key, now: self.clock.seconds)
                guard state == .normal, let token else {
                    dead.append(text)
                    continue
                }
                live.append(.init(token: text, platform: platform, issuedAt: token.issuedAt))
            }
            try await self.tokens.remove(dead, of: userID, on: platform)
        }
        if platform == .admin {
            let replaced = live.filter { $0.platform == .admin }.map(\.token)
            try await self.tokens.retire(replaced, of: userID, on: .admin, grace: Self.retirementGrace)
        }
        let kicked = self.settings.multiLogin.kicked(
            issuing: platform,
            existing: live.filter { $0.platform != .admin },
            perPlatformMax: self.settings.tokensPerPlatformMax
        )
        for (platform, candidates) in Dictionary(grouping: kicked, by: \.platform) {
            try await self.tokens.mark(candidates.map(\.token), as: .kicked, of: userID, on: platform)
        }
    }
}
