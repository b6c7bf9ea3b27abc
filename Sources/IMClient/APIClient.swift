package import Curl
package import IMProtocol
import ServerRuntime
package import SwiftProtobuf

/// A client of the HTTP API, for tests and the load generator.
package struct APIClient: Sendable {
    private let baseURL: String
    private let curl: CurlClient

    /// - Parameters:
    ///   - baseURL: such as `http://127.0.0.1:10002`.
    ///   - curl: a client that runs.
    package init(baseURL: String, curl: CurlClient) {
        self.baseURL = baseURL
        self.curl = curl
    }

    /// Calls an endpoint and returns its `data`, `null` when there is none.
    ///
    /// - Throws: `IMError` when the answer says so.
    package func call(_ path: String, token: String? = nil, body: JSONValue) async throws -> JSONValue {
        let answer = try await self.send(path, token: token, body: body.encoded())
        guard let error = IMError(answer: answer.body) else {
            throw IMError(.data, "\(path) answered status \(answer.status) without errCode")
        }
        guard error.code == 0 else { throw error }
        return try JSONValue(parsing: answer.body)["data"] ?? .null
    }

    /// Calls an endpoint whose request and answer are messages.
    package func call<Reply: Message>(
        _ path: String,
        token: String? = nil,
        _ request: some Message
    ) async throws -> Reply {
        let body = try JSONValue(parsing: try ProtoJSON.encode(request))
        return try ProtoJSON.decode(Reply.self, from: try await self.call(path, token: token, body: body))
    }

    /// Posts any bytes to a path and returns the raw answer.
    package func send(_ path: String, token: String? = nil, body: [UInt8]) async throws -> CurlResponse {
        var headers = [CurlHeader("operationID", "api-client"), CurlHeader("Content-Type", "application/json")]
        if let token { headers.append(CurlHeader("token", token)) }
        let request = CurlRequest("POST", self.baseURL + path, headers: headers, body: body)
        return try await self.curl.send(request, deadline: .after(.seconds(10)))
    }

    /// Logs in as administrator.
    package func adminToken(secret: String, userID: String) async throws -> String {
        var request = Openim_Auth_getAdminTokenReq()
        request.secret = secret
        request.userID = userID
        let reply: Openim_Auth_getAdminTokenResp = try await self.call("/auth/get_admin_token", request)
        return reply.token
    }

    /// Creates users.
    package func register(_ users: [(userID: String, nickname: String)], adminToken: String) async throws {
        var request = Openim_User_userRegisterReq()
        request.users = users.map { user in
            var info = Openim_Sdkws_UserInfo()
            info.userID = user.userID
            info.nickname = user.nickname
            return info
        }
        let _: Openim_User_userRegisterResp = try await self.call("/user/user_register", token: adminToken, request)
    }

    /// A user's login token for one platform.
    package func userToken(of userID: String, platform: Platform, adminToken: String) async throws -> String {
        var request = Openim_Auth_getUserTokenReq()
        request.userID = userID
        request.platformID = platform.rawValue
        let reply: Openim_Auth_getUserTokenResp = try await self.call(
            "/auth/get_user_token",
            token: adminToken,
            request
        )
        return reply.token
    }
}
