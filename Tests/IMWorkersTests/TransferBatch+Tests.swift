import IMProtocol

@testable import IMStorage
@testable import IMWorkers

extension TransferBatch {
    /// A batch of messages whose conversations are new where they are not known.
    static func of(
        _ incoming: [IncomingMessage],
        _ memory: inout PartitionMemory,
        found: [MessageIdentity: Int64] = [:],
        violation: (Openim_Sdkws_MsgData, Int) -> String? = MessageRules.violation
    ) -> TransferBatch {
        for conversationID in memory.begin(Set(incoming.filter(\.isStored).map(\.conversationID))) {
            memory.open(conversationID, nil)
        }
        return TransferBatch(incoming, &memory, found: found, violation: violation)
    }

    /// The runs of all rounds.
    var newRuns: [NewRun] {
        self.rounds.flatMap { $0 }
    }

    /// What the cache gets of a conversation.
    func stored(_ conversationID: String) -> [Openim_Sdkws_MsgData] {
        self.storedRuns.first { $0.conversationID == conversationID }?.messages ?? []
    }
}
