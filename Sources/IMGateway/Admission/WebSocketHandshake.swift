import NIOCore
import NIOHTTP1
import NIOWebSocket

/// The HTTP side of opening a WebSocket (RFC 6455, section 4.2).
enum WebSocketHandshake {
    /// Used for its response headers only; the pipeline is changed by `AdmissionHandler`.
    private static let upgrader = NIOWebSocketServerUpgrader(
        shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture(HTTPHeaders()) },
        upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() }
    )

    /// Whether the request is a `GET` that asks for an upgrade to WebSocket; its key and version are not looked at.
    static func isAsked(by head: HTTPRequestHead) -> Bool {
        head.method == .GET && self.contains("upgrade", head.headers["Connection"])
            && self.contains("websocket", head.headers["Upgrade"])
    }

    /// The headers of the 101 response; fails when the key is missing or the version is not 13.
    static func response(to head: HTTPRequestHead, channel: any Channel) -> EventLoopFuture<HTTPHeaders> {
        self.upgrader.buildUpgradeResponse(
            channel: channel,
            upgradeRequest: head,
            initialResponseHeaders: HTTPHeaders()
        )
    }

    private static func contains(_ token: String, _ values: [String]) -> Bool {
        values.contains { value in
            value.lowercased().split(separator: ",").contains { part in
                part.split(separator: " ").elementsEqual([token[...]])
            }
        }
    }
}
