import IMProtocol
import Testing

@testable import IMStorage
@testable import IMWorkers

@Suite struct PartitionMemoryTests {
    private func limits(conversations: Int, messages: Int = 1000) -> TransferLimits {
        var limits = TransferLimits()
        limits.conversationsMax = conversations
        limits.messagesMax = messages
        return limits
    }

    private func run(_ conversationID: String, _ ids: [String], from seq: Int64) -> SequencedMessages {
        let messages = ids.enumerated().map { index, id in
            var message = Incoming.message(id)
            message.seq = seq + Int64(index)
            message.createTime = 10 * (seq + Int64(index))
            return message
        }
        return SequencedMessages(conversationID: conversationID, risingMessages: messages)
    }

    private func identity(_ id: String) throws -> MessageIdentity {
        try MessageIdentity(conversationID: "c", sendID: "u1", clientMsgID: id)
    }

    @Test func `the maximum is the greatest of head and tail`() throws {
        for (head, last) in [(Int64(9), Int64(9)), (3, 6), (5, 6), (0, 6)] {
            var memory = PartitionMemory(limits: TransferLimits())
            try memory.learnTail(self.run("c", ["a", "b"], from: 5), at: 40)
            #expect(memory.begin(["c"]) == ["c"])
            let opening = ConversationOpening(head: ConversationHead(maxSeq: head, createMax: 100), newest: [])
            memory.open("c", head == 0 ? nil : opening)
            #expect(memory["c"]?.maxSeq == last)
            #expect(memory["c"]?.seq(of: try self.identity("b")) == 6)
            #expect(memory["c"]?.horizon == (head == 0 ? .min : 100))
            #expect(memory.begin(["c"]) == [])
        }
    }

    @Test func `a slot above the head, whose message is still to come, is not believed`() throws {
        var memory = PartitionMemory(limits: TransferLimits())
        _ = memory.begin(["c"])
        let newest = try [
            KnownMessage(identity: self.identity("a"), seq: 1, createTime: 5),
            KnownMessage(identity: self.identity("b"), seq: 2, createTime: 50),
        ]
        memory.open("c", ConversationOpening(head: ConversationHead(maxSeq: 1, createMax: 5), newest: newest))
        #expect(memory["c"]?.maxSeq == 1)
        #expect(memory["c"]?.seq(of: try self.identity("a")) == 1)
        #expect(memory["c"]?.seq(of: try self.identity("b")) == nil)
    }

    @Test func `the conversations used longest ago go first, but never one that the history has not passed`() throws {
        var memory = PartitionMemory(limits: self.limits(conversations: 8))
        try memory.learnTail(self.run("c0", ["a"], from: 1), at: 90)
        for number in 0..<12 {
            let conversationID = "c\(number)"
            for unknown in memory.begin([conversationID]) { memory.open(unknown, nil) }
            memory.trim([conversationID], passedBy: 50, partitions: 2)
        }
        #expect(memory.conversationCount <= 8 / 2 + 1)
        #expect(memory["c0"] != nil, "its record is not in the history")
        #expect(memory["c1"] == nil)
        #expect(memory["c11"] != nil)
    }

    @Test func `all windows together are bounded too`() throws {
        var memory = PartitionMemory(limits: self.limits(conversations: 1000, messages: 40))
        for number in 0..<50 {
            let conversationID = "c\(number)"
            for unknown in memory.begin([conversationID]) { memory.open(unknown, nil) }
            for id in 0..<5 {
                let identity = try self.identity("\(number) \(id)")
                memory.change(conversationID) { window in
                    _ = window.assign(identity, createTime: 1)
                    window.stands(identity, at: Int64(number))
                }
            }
            memory.trim([conversationID], passedBy: .max, partitions: 1)
            #expect(memory.conversationCount <= 12)
        }
    }

    @Test func `the rest of the tail goes when the history has passed it`() throws {
        var memory = PartitionMemory(limits: TransferLimits())
        try memory.learnTail(self.run("x", ["a"], from: 1), at: 3)
        try memory.learnTail(self.run("y", ["a"], from: 1), at: 8)
        #expect(memory.tailMaxima == ["x": 1, "y": 1])
        memory.trim([], passedBy: 4, partitions: 1)
        #expect(memory.tailMaxima == ["y": 1])
    }
}
