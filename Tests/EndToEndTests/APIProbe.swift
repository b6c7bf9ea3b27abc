import Curl
import IMClient
import IMProtocol
import ServerRuntime

/// Plain GET requests.
struct APIProbe {
    let port: Int
    let curl: CurlClient

    func get(_ path: String) async throws -> (status: Int, body: String) {
        let request = CurlRequest("GET", "http://127.0.0.1:\(self.port)\(path)")
        let response = try await self.curl.send(request, deadline: .after(.seconds(10)))
        return (response.status, String(decoding: response.body, as: UTF8.self))
    }
}

extension Openim_Sdkws_MsgData {
    /// Any text message between two users.
    init(from sendID: String, to recvID: String) {
        self = TextMessage.single("hello", from: sendID, to: recvID)
    }
}
