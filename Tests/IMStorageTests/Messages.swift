import Foundation
import IMProtocol
import SwiftProtobuf
import TestKit

/// Messages for tests.
enum Messages {
    /// An ordinary message of a single chat that keeps all rules.
    static func text(seq: Int64 = 0, createTime: Int64 = 1000) -> Openim_Sdkws_MsgData {
        .with {
            $0.sendID = "u1"
            $0.recvID = "u2"
            $0.clientMsgID = "c\(seq)"
            $0.serverMsgID = "s\(seq)"
            $0.sessionType = 1
            $0.contentType = 101
            $0.content = Data(#"{"content":"hi"}"#.utf8)
            $0.seq = seq
            $0.createTime = createTime
        }
    }

    /// A message with every field of the stored form set by chance.
    static func random(using random: inout SeededGenerator) -> Openim_Sdkws_MsgData {
        var message = Openim_Sdkws_MsgData()
        let texts: [WritableKeyPath<Openim_Sdkws_MsgData, String>] = [
            \.sendID, \.recvID, \.groupID, \.clientMsgID, \.serverMsgID, \.senderNickname, \.senderFaceURL,
            \.attachedInfo, \.ex,
        ]
        for field in texts { message[keyPath: field] = Self.text(using: &random) }
        let numbers: [WritableKeyPath<Openim_Sdkws_MsgData, Int32>] = [
            \.senderPlatformID, \.sessionType, \.msgFrom, \.contentType, \.status,
        ]
        for field in numbers { message[keyPath: field] = .random(in: .min ... .max, using: &random) }
        let times: [WritableKeyPath<Openim_Sdkws_MsgData, Int64>] = [\.seq, \.sendTime, \.createTime]
        for field in times { message[keyPath: field] = .random(in: .min ... .max, using: &random) }
        message.isRead = .random(using: &random)
        let bytes = Int.random(in: 0...40, using: &random)
        message.content = Data((0..<bytes).map { _ in UInt8.random(in: 0...255, using: &random) })
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            message.options[Self.text(using: &random).filter { $0 != "\u{0}" }] = .random(using: &random)
            message.atUserIdlist.append(Self.text(using: &random))
        }
        if Bool.random(using: &random) {
            message.offlinePushInfo = .with {
                $0.title = Self.text(using: &random)
                $0.desc = Self.text(using: &random)
                $0.ex = Self.text(using: &random)
                $0.iOspushSound = Self.text(using: &random)
                $0.iOsbadgeCount = .random(using: &random)
            }
        }
        return message
    }

    private static func text(using random: inout SeededGenerator) -> String {
        let pieces = ["a", "Z", "_", "é", "用", "😀", "\"", "\\", "\n", "$", ".", "\u{0}", " "]
        return (0..<Int.random(in: 0...6, using: &random)).compactMap { _ in pieces.randomElement(using: &random) }
            .joined()
    }
}
