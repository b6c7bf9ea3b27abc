import IMProtocol

@testable import IMStorage

extension ModelWorld {
    /// Reads a conversation as a client does: its bounds, then everything within.
    func read(_ conversationID: String, isCertain: Bool = false) {
        let process = self.process("R")
        let reader = MessageReader(
            cache: ModelCacheAccess(world: self, process: process),
            history: ModelHistoryAccess(world: self, process: process)
        )
        self.host(process) {
            do {
                let bounds = try await reader.bounds(of: [conversationID])
                guard let range = bounds[conversationID] else { return }
                if range.upperBound > self.truth.maxSeq(conversationID) {
                    self.truth.breaks("P5: the maximum \(range.upperBound) is not real")
                }
                let messages = try await reader.messages(conversationID, seqs: Array(range))
                self.check(messages, of: conversationID, range)
            } catch is ModelFault {
                // The call was refused: the client asks again.
            } catch is StorageError where !isCertain {
                // The history is behind: the client is told to ask again.
            }
        }
    }

    private func check(_ messages: [Openim_Sdkws_MsgData], of conversationID: String, _ range: ClosedRange<Int64>) {
        if messages.map(\.seq) != Array(range) { self.truth.breaks("P5: the pull of \(range) came back short") }
        for message in messages {
            if message.status == MessageStatus.deleted.rawValue {
                let isGone = self.history.deleted[conversationID]?.contains(message.seq) ?? false
                let isTrimmed = message.seq < self.history.heads[conversationID]?.minSeq ?? 0
                if !isGone, !isTrimmed {
                    self.truth.breaks("P5: a pull shows seq \(message.seq), which exists, as deleted")
                }
            } else {
                self.truth.shown(conversationID, message, by: "P5: a pull")
            }
        }
    }
}
