import IMProtocol
import SwiftProtobuf

/// Stands in for messages that were deleted, and knows which message comes before each.
struct Placeholders {
    /// Of messages that are known; 0 for the beginning of the conversation.
    private var sendTimes: [Int64: Int64]
    /// Where there is no message: above `after`, which is known, and below `before`.
    private var gaps: [(after: Int64, before: Int64)] = []

    /// - Parameter sendTimes: when the messages that are known were sent, by seq.
    init(sendTimes: [Int64: Int64]) {
        self.sendTimes = sendTimes
        self.sendTimes[0] = 0
    }

    /// Whether it must be looked up which message comes before `seq`.
    func isUnknown(_ seq: Int64) -> Bool {
        self.messageBefore(seq) == nil
    }

    /// Notes the nearest message below `seq`; nil when there is none.
    mutating func learn(_ message: Openim_Sdkws_MsgData?, below seq: Int64) {
        let after = message?.seq ?? 0
        self.sendTimes[after] = message?.sendTime ?? 0
        self.gaps.append((after, seq))
    }

    /// What is answered for `seq`: its status says "deleted", its `sendTime` is that of the message before.
    mutating func placeholder(_ seq: Int64) -> Openim_Sdkws_MsgData {
        let after = self.messageBefore(seq) ?? 0
        if let index = self.gaps.firstIndex(where: { $0.after == after }) {
            self.gaps[index].before = max(self.gaps[index].before, seq + 1)
        } else {
            self.gaps.append((after, seq + 1))
        }
        return .with {
            $0.seq = seq
            $0.status = MessageStatus.deleted.rawValue
            $0.sendTime = self.sendTimes[after] ?? 0
        }
    }

    private func messageBefore(_ seq: Int64) -> Int64? {
        if self.sendTimes[seq - 1] != nil { return seq - 1 }
        return self.gaps.first { $0.after < seq && seq <= $0.before }?.after
    }
}
