import IMProtocol
import IMStorage
import Kafka
import ServerRuntime
import SwiftProtobuf

/// Shows what stands in the log to readers, through the cache, and to receivers, through `toPush`.
struct TransferPublisher: Sendable {
    /// Of `toPush`, the one that the messages were read from in `toRedis`.
    let partition: Int32
    let retry: Retry
    let dependencies: TransferDependencies

    /// Publishes every stored message of a batch, also one that had its seq already: nobody knows whether its publishing
    /// was finished.
    ///
    /// Each step may be repeated: the cache takes nothing twice, and receivers drop doubles by seq.
    func publish(_ batch: TransferBatch) async throws {
        guard !batch.messages.isEmpty else { return }
        try await self.createConversations(batch)
        let runs = batch.storedRuns
        let records = try batch.messages.map(self.pushRecord)
        // Beside each other: who is told of a message that the cache does not have yet waits for the history.
        async let cached: Void = self.put(runs)
        async let marked: Void = self.mark(runs)
        try await self.push(records)
        try await cached
        try await marked
        try await self.storeMarks(batch)
    }

    /// Lets nobody see his own messages as unread; the history writer stores the same marks.
    private func mark(_ runs: [SequencedMessages]) async throws {
        let marks = PassingMarks.ofSenders(runs)
        guard !marks.isEmpty else { return }
        try await self.retry.run("raise read seqs in Redis") { try await self.dependencies.readSeqs.raise(marks) }
    }

    /// Stores what read receipts tell that end here; the others reach the history writer, which does it.
    private func storeMarks(_ batch: TransferBatch) async throws {
        let marks = PassingMarks.ofReceipts(batch.messages.lazy.filter { !$0.isStored }.map(\.message))
        guard !marks.isEmpty else { return }
        try await self.retry.run("store read positions") { try await self.dependencies.positions.raise(marks) }
    }

    private func put(_ runs: [SequencedMessages]) async throws {
        guard !runs.isEmpty else { return }
        try await self.retry.run("put messages into Redis") {
            try await self.dependencies.cache.put(runs)
        }
    }

    private func push(_ records: [KafkaProducerRecord]) async throws {
        let topic = self.dependencies.topics.toPush
        try await self.retry.run("produce to \(topic)") {
            for result in await self.dependencies.sender.send(records) { _ = try result.get() }
        }
    }

    private func pushRecord(_ incoming: IncomingMessage) throws -> KafkaProducerRecord {
        let payload = Openim_Msg_PushMsgDataToMQ.with {
            $0.msgData = incoming.message
            $0.conversationID = incoming.conversationID
        }
        return KafkaProducerRecord(
            topic: self.dependencies.topics.toPush,
            partition: self.partition,
            key: incoming.key,
            value: try payload.serializedBytes(),
            headers: incoming.headers.kafkaHeaders
        )
    }

    /// Makes the rows of chats that begin with this batch.
    ///
    /// They are recognised by seq 1, not by a missing row, so that a batch that is repeated after a crash makes them too.
    private func createConversations(_ batch: TransferBatch) async throws {
        let first = batch.messages.filter { $0.isStored && $0.message.seq == 1 }
        let created = first.flatMap(Self.newConversations)
        let now = self.dependencies.clock.milliseconds
        if !created.isEmpty {
            try await self.retry.run("create conversations") {
                try await self.dependencies.conversations.insertMissing(created, createTime: now)
            }
        }
        for incoming in first where incoming.message.sessionType == SessionType.group.rawValue {
            guard !ConversationID.isNotification(incoming.conversationID) else { continue }
            try await self.retry.run("create conversations") {
                try await self.dependencies.conversations.insertMissing(
                    membersOf: incoming.message.groupID,
                    conversationID: incoming.conversationID,
                    type: incoming.message.sessionType,
                    createTime: now
                )
            }
        }
    }

    /// The rows of a chat that begins: both sides of a single chat, the receiver's of a system chat.
    private static func newConversations(_ first: IncomingMessage) -> [ConversationRepository.New] {
        guard !ConversationID.isNotification(first.conversationID) else { return [] }
        let message = first.message
        func side(_ owner: String, _ peer: String) -> ConversationRepository.New {
            .init(
                ownerUserID: owner,
                conversationID: first.conversationID,
                type: message.sessionType,
                userID: peer
            )
        }
        switch SessionType(rawValue: message.sessionType) {
        case .single: return [side(message.sendID, message.recvID), side(message.recvID, message.sendID)]
        case .notification: return [side(message.recvID, message.sendID)]
        case .group, .writeGroup, nil: return []
        }
    }
}
