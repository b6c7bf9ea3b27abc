import IMProtocol
import Synchronization

/// Knows tokens of the form `user|platform|anything`; `error|code` fails with that code, `broken` with an error that is none
/// of ours, `hang` never answers before cancellation.
final class FakeAuth: AuthService {
    struct Unavailable: Error {}

    private let invalidated = Mutex<[Openim_Auth_invalidateTokenReq]>([])
    private let kicked = Mutex<[[String]]>([])

    var invalidations: [Openim_Auth_invalidateTokenReq] { self.invalidated.withLock { $0 } }
    var kickedTokens: [[String]] { self.kicked.withLock { $0 } }

    func parseToken(
        _ request: Openim_Auth_parseTokenReq,
        _ context: CallContext
    ) async throws -> Openim_Auth_parseTokenResp {
        let parts = request.token.split(separator: "|").map(String.init)
        if request.token == "hang" { try await Task.sleep(for: .seconds(3)) }
        guard parts.count >= 2, let number = Int32(parts[1]) else { throw Unavailable() }
        guard parts[0] != "error" else {
            throw ErrorCode(rawValue: number).map { IMError($0, parts.count > 2 ? parts[2] : "") } ?? Unavailable()
        }
        var response = Openim_Auth_parseTokenResp()
        response.userID = parts[0]
        response.platformID = number
        return response
    }

    func invalidateToken(
        _ request: Openim_Auth_invalidateTokenReq,
        _ context: CallContext
    ) async throws -> Openim_Auth_invalidateTokenResp {
        self.invalidated.withLock { $0.append(request) }
        return Openim_Auth_invalidateTokenResp()
    }

    func kickTokens(
        _ request: Openim_Auth_kickTokensReq,
        _ context: CallContext
    ) async throws -> Openim_Auth_kickTokensResp {
        self.kicked.withLock { $0.append(request.tokens) }
        return Openim_Auth_kickTokensResp()
    }

    func getAdminToken(
        _ request: Openim_Auth_getAdminTokenReq,
        _ context: CallContext
    ) async throws -> Openim_Auth_getAdminTokenResp { throw Unavailable() }

    func getUserToken(
        _ request: Openim_Auth_getUserTokenReq,
        _ context: CallContext
    ) async throws -> Openim_Auth_getUserTokenResp { throw Unavailable() }
}
