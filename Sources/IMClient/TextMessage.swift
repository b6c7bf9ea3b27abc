import Foundation
package import IMProtocol
package import ServerRuntime
import SwiftProtobuf

/// Text messages of single chats, as a client SDK makes them.
package enum TextMessage {
    /// A message that has not been sent.
    ///
    /// - Parameters:
    ///   - text: what it says.
    ///   - sendID: the sender.
    ///   - recvID: the receiver.
    ///   - platform: the sender's platform.
    ///   - clientMsgID: the client's id, 32 hex digits; made anew when nil.
    ///   - clock: where `createTime` comes from.
    /// - Returns: the message, ready for `IMClient.sendMessage`.
    package static func single(
        _ text: String,
        from sendID: String,
        to recvID: String,
        platform: Platform = .iOS,
        clientMsgID: String? = nil,
        clock: WallClock = .system
    ) -> Openim_Sdkws_MsgData {
        .with {
            $0.sendID = sendID
            $0.recvID = recvID
            $0.clientMsgID = clientMsgID ?? self.makeID()
            $0.senderPlatformID = platform.rawValue
            $0.sessionType = SessionType.single.rawValue
            $0.msgFrom = MessageOrigin.user.rawValue
            $0.contentType = ContentType.text.rawValue
            $0.content = Data(JSONValue.object([JSONMember("content", .string(text))]).encoded())
            $0.createTime = clock.milliseconds
            $0.status = MessageStatus.sending.rawValue
        }
    }

    private static func makeID() -> String {
        (0..<2).map { _ in
            let digits = String(UInt64.random(in: .min ... .max), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
