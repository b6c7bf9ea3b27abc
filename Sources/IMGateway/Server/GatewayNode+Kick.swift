import IMProtocol
import Logging
import NIOCore

extension GatewayNode {
    /// Throws out the connections that a new one excludes, and makes their tokens invalid.
    ///
    /// The tokens follow in the background: the new connection does not wait for the auth service, and when that fails the
    /// old client is out all the same until it connects again.
    func carryOut(_ registration: SessionRegistry.Registration, of identity: SessionIdentity) {
        for session in registration.kicked {
            session.eventLoop.execute { session.handler.value.kick() }
        }
        let context = identity.context(operationID: "kick_\(identity.connectionID)")
        switch registration.invalidation {
        case .none:
            return
        case .allOfPlatform(let kept):
            var request = Openim_Auth_invalidateTokenReq()
            request.preservedToken = kept.token
            request.userID = kept.userID
            request.platformID = kept.platform.rawValue
            Task { [request] in
                await self.logFailure(context) {
                    _ = try await self.authenticator.auth.invalidateToken(request, context)
                }
            }
        case .tokens(let tokens):
            var request = Openim_Auth_kickTokensReq()
            request.tokens = tokens
            Task { [request] in
                await self.logFailure(context) { _ = try await self.authenticator.auth.kickTokens(request, context) }
            }
        }
    }

    private func logFailure(_ context: CallContext, _ body: () async throws -> Void) async {
        do {
            try await body()
        } catch {
            self.logger.error(
                "tokens of an excluded login could not be made invalid",
                metadata: [
                    LogKey.userID: "\(context.userID)", LogKey.operationID: "\(context.operationID)",
                    LogKey.error: "\(error)",
                ]
            )
        }
    }
}
