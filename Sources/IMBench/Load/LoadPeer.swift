/// A user of the load, and how it logs in.
struct LoadPeer: Sendable {
    var index: Int
    var userID: String
    var token: String
    var platformID: Int32

    /// The upgrade request to a gateway.
    ///
    /// All values are made of characters that need no encoding.
    func request(_ gateway: LoadPlan.Gateway, _ compression: LoadPlan.Compression) -> String {
        let gzip = compression == .none ? "" : "&compression=gzip"
        let query =
            "sendID=\(self.userID)&token=\(self.token)&platformID=\(self.platformID)"
            + "&operationID=load-\(self.index)&isBackground=false\(gzip)"
        return "GET /?\(query) HTTP/1.1\r\nHost: \(gateway.host):\(gateway.port)\r\nConnection: Upgrade\r\n"
            + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    }
}
