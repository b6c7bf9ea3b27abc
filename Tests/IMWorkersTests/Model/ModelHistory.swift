import IMProtocol
import SwiftProtobuf

@testable import IMStorage
@testable import IMWorkers

/// The history of the model, with what it may never hold checked at each write.
final class ModelHistory {
    struct Slot {
        var identity: MessageIdentity?
        var createTime: Int64
        var message: Openim_Sdkws_MsgData?
    }

    /// What a read sees: a server that has just become primary may not know yet that the newest is there for good.
    struct View {
        let slots: [String: [Int64: Slot]]
        let heads: [String: ConversationHead]
        let positions: [Int32: PipelinePosition]
    }

    private var earlier: [View] = []
    private let truth: ModelTruth
    private(set) var slots: [String: [Int64: Slot]] = [:]
    var heads: [String: ConversationHead] = [:]
    private(set) var positions: [Int32: PipelinePosition] = [:]
    private(set) var deleted: [String: Set<Int64>] = [:]

    init(truth: ModelTruth) {
        self.truth = truth
    }

    /// What is there now.
    var view: View {
        View(slots: self.slots, heads: self.heads, positions: self.positions)
    }

    /// What was there some writes ago.
    func view(before writes: Int) -> View {
        self.earlier.count >= writes && writes > 0 ? self.earlier[self.earlier.count - writes] : self.view
    }

    /// Lets the view of one write ago be an older one.
    func forget(writes: Int) {
        let older = self.view(before: writes)
        self.earlier.append(older)
    }

    private func remember() {
        self.earlier.append(self.view)
        if self.earlier.count > 20 { self.earlier.removeFirst() }
    }

    func store(_ message: Openim_Sdkws_MsgData, of conversationID: String) -> Bool {
        self.remember()
        let identity = ModelTruth.identity(conversationID, message)
        self.truth.shown(conversationID, message, by: "the history")
        guard let slot = self.slots[conversationID]?[message.seq], slot.identity != nil else {
            self.slots[conversationID, default: [:]][message.seq] = Slot(
                identity: identity,
                createTime: message.createTime,
                message: message
            )
            if self.deleted[conversationID]?.contains(message.seq) ?? false {
                self.truth.breaks("\(message.clientMsgID), which was deleted, is back")
            }
            return true
        }
        return slot.identity == identity
    }

    func raise(_ conversationID: String, to last: Openim_Sdkws_MsgData, createMax: Int64) {
        self.remember()
        var head = self.heads[conversationID] ?? ConversationHead()
        head.maxSeq = max(head.maxSeq, last.seq)
        head.createMax = max(head.createMax, createMax)
        self.heads[conversationID] = head
        for seq in max(1, head.minSeq)..<max(1, head.maxSeq + 1) where self.slots[conversationID]?[seq] == nil {
            self.truth.breaks("P5: the head \(head.maxSeq) is above the missing seq \(seq)")
        }
    }

    func save(_ position: PipelinePosition, of partition: Int32) {
        guard position.next > self.positions[partition]?.next ?? -1 else { return }
        self.remember()
        self.positions[partition] = position
        for (conversationID, seq) in self.truth.messages(of: partition, before: position.next) {
            let isTrimmed = seq < self.heads[conversationID]?.minSeq ?? 0
            if self.slots[conversationID]?[seq] == nil, !isTrimmed {
                self.truth.breaks("P1: the history is at \(position.next) without \(conversationID) seq \(seq)")
            }
            if self.heads[conversationID]?.maxSeq ?? 0 < seq {
                self.truth.breaks("P1: the history is at \(position.next), its head below seq \(seq)")
            }
        }
    }

    /// Empties a message, as a user's deletion does.
    func delete(_ seq: Int64, of conversationID: String, keepsIdentity: Bool) {
        self.deleted[conversationID, default: []].insert(seq)
        self.slots[conversationID]?[seq]?.message = nil
        if !keepsIdentity { self.slots[conversationID]?[seq] = nil }
    }

    /// Drops the messages below `minSeq`.
    func trim(_ conversationID: String, below minSeq: Int64) {
        self.heads[conversationID]?.minSeq = minSeq
        for seq in 1..<minSeq { self.slots[conversationID]?[seq] = nil }
    }
}

/// The history as one process sees it.
///
/// Not checked: everything of the model runs on one thread.
struct ModelHistoryAccess: PipelineHistory, HistoryReading, @unchecked Sendable {
    /// How many of the newest messages are told of a conversation that is opened.
    static let newestMax = 3

    let world: ModelWorld
    let process: ModelProcess
    /// Whether it is asked by the task that looks how far the history is.
    var isWatch = false

    private func call<Answer: Sendable>(
        _ name: String,
        faults: [ModelOutcome] = [.refused],
        partly: @escaping () -> Void = {},
        _ effect: @escaping (ModelHistory) throws -> Answer
    ) async throws -> Answer {
        try await self.world.schedule.call(self.process, name, faults: faults, partly: partly) {
            try effect(self.world.history)
        }
    }

    func position(of partition: Int32) async throws -> PipelinePosition? {
        let world = self.world
        return try await self.call("position") { history in
            world.logEndAtPosition[self.process.name] = world.kafka.end(world.kafka.topics.toMongo, partition)
            if world.mutation == .noPins, self.isWatch {
                return PipelinePosition(next: world.kafka.end(world.kafka.topics.toMongo, partition), epoch: nil)
            }
            guard var position = history.view(before: world.staleWrites()).positions[partition] else { return nil }
            if world.mutation == .noStoredEpoch { position.epoch = world.nextEpoch(partition, from: position.next) }
            return position
        }
    }

    func heads(of conversationIDs: [String]) async throws -> [String: ConversationHead] {
        let world = self.world
        return try await self.call("heads") { history in
            guard world.mutation == .noWaiting else {
                return history.heads.filter { conversationIDs.contains($0.key) }
            }
            return Dictionary(
                uniqueKeysWithValues: conversationIDs.map { ($0, ConversationHead(maxSeq: world.truth.maxSeq($0))) }
            )
        }
    }

    /// What a read sees that has asked how far the history is.
    private func view(_ progress: HistoryProgress) throws -> ModelHistory.View {
        let view = self.world.history.view(before: self.world.staleWrites())
        let isUnchecked = self.world.mutation == .noProgressCheck || self.world.mutation == .noPins
        let next = view.positions[progress.partition]?.next ?? 0
        guard next >= progress.next || isUnchecked else {
            throw StorageError.historyOlder(next: next, expected: progress.next)
        }
        return view
    }

    func opening(
        of conversationIDs: [String],
        _ progress: HistoryProgress
    ) async throws -> [String: ConversationOpening] {
        let world = self.world
        let heads = try await self.call("opening") { history in
            let view = try self.view(progress)
            var heads = view.heads.filter { conversationIDs.contains($0.key) }
            switch world.mutation {
            case .seqsFromCache:
                for id in conversationIDs { heads[id] = ConversationHead(maxSeq: world.cache.entries[id]?.max ?? 0) }
            case .maxFromSlots:
                for id in heads.keys { heads[id]?.maxSeq = history.slots[id]?.keys.max() ?? 0 }
            default: break
            }
            return heads
        }
        // Between the two reads the history may go on.
        let newest = try await self.newest(heads)
        return heads.reduce(into: [:]) { openings, head in
            openings[head.key] = ConversationOpening(head: head.value, newest: newest[head.key] ?? [])
        }
    }

    private func newest(_ heads: [String: ConversationHead]) async throws -> [String: [KnownMessage]] {
        let world = self.world
        return try await self.call("newest") { history in
            guard world.mutation != .seqsFromCache else { return [:] }
            var newest: [String: [KnownMessage]] = [:]
            for (conversationID, head) in heads {
                let known = (history.slots[conversationID] ?? [:]).compactMap { seq, slot in
                    slot.identity.map { KnownMessage(identity: $0, seq: seq, createTime: slot.message?.createTime) }
                }
                // Those above the head are there in MongoDB too, when the writer is between slots and heads.
                newest[conversationID] = known.sorted { $0.seq < $1.seq }
                    .filter { $0.seq > head.maxSeq - Int64(Self.newestMax) }
            }
            return newest
        }
    }

    func seqs(
        of messages: [SoughtMessage],
        _ progress: HistoryProgress
    ) async throws -> [MessageIdentity: Int64] {
        let world = self.world
        return try await self.call("seqs") { _ in
            let view = try self.view(progress)
            guard world.mutation != .noLookUp, world.mutation != .seqsFromCache else { return [:] }
            var seqs: [MessageIdentity: Int64] = [:]
            for message in messages {
                let found = view.slots[message.conversationID]?.first { $0.value.identity == message.identity }
                if let found { seqs[message.identity] = found.key }
            }
            return seqs
        }
    }

    func store(_ runs: [SequencedMessages]) async throws -> [UnstorableMessage] {
        guard self.world.mutation != .positionFirst else { return [] }
        return try await self.storeNow(runs)
    }

    private func storeNow(_ runs: [SequencedMessages]) async throws -> [UnstorableMessage] {
        let world = self.world
        return try await self.call("store", faults: [.refused, .answerLost, .partly, .late]) {
            // The bulk is unordered: any of the messages may be there when it fails.
            for run in runs {
                for message in run.messages where world.flip() {
                    _ = world.history.store(message, of: run.conversationID)
                }
            }
        } _: { history in
            var unstorable: [UnstorableMessage] = []
            for run in runs {
                for message in run.messages where !history.store(message, of: run.conversationID) {
                    world.truth.breaks("P3: the slot \(message.seq) of \(run.conversationID) holds another message")
                    unstorable.append(
                        UnstorableMessage(
                            conversationID: run.conversationID,
                            message: message,
                            reason: .slotTaken,
                            detail: "taken"
                        )
                    )
                }
            }
            return unstorable
        }
    }

    func raiseHeads(_ runs: [SequencedMessages]) async throws {
        guard self.world.mutation != .positionFirst else {
            self.world.deferred[self.process.name] = runs
            return
        }
        try await self.raiseNow(runs)
    }

    private func raiseNow(_ runs: [SequencedMessages]) async throws {
        func raise(_ run: SequencedMessages, _ history: ModelHistory) {
            guard let last = run.messages.last else { return }
            history.raise(run.conversationID, to: last, createMax: run.messages.map(\.createTime).max() ?? 0)
        }
        let world = self.world
        try await self.call("raiseHeads", faults: [.refused, .answerLost, .partly, .late]) {
            // In order, as far as it comes: a conversation may be in the batch several times.
            for run in runs.prefix(Int.random(in: 0...runs.count, using: &world.schedule.random)) {
                raise(run, world.history)
            }
        } _: { history in
            for run in runs { raise(run, history) }
        }
    }

    func savePosition(of partition: Int32, _ position: PipelinePosition) async throws {
        try await self.call("savePosition", faults: [.refused, .answerLost, .late]) {
            $0.save(position, of: partition)
        }
        guard self.world.mutation == .positionFirst else { return }
        let runs = self.world.deferred.removeValue(forKey: self.process.name) ?? []
        _ = try await self.storeNow(runs)
        try await self.raiseNow(runs)
    }

    func view(
        _ conversationID: String,
        seqs: [Int64],
        reader userID: String
    ) async throws -> [Openim_Sdkws_MsgData] {
        guard let highest = seqs.max() else { return [] }
        // The head first: what is empty in a block that is read later was deleted.
        _ = try await self.waitForHead(of: conversationID, atLeast: highest, within: nil)
        return try await self.call("messages") { history in
            seqs.map { seq in
                history.slots[conversationID]?[seq]?.message
                    ?? .with {
                        $0.seq = seq
                        $0.status = MessageStatus.deleted.rawValue
                    }
            }
        }
    }

    func lastMessages(
        of conversationIDs: [String],
        reader userID: String
    ) async throws -> [String: Openim_Sdkws_MsgData] {
        try await self.call("last messages") { history in
            var last: [String: Openim_Sdkws_MsgData] = [:]
            for conversationID in conversationIDs {
                let messages = (history.slots[conversationID] ?? [:]).values.compactMap(\.message)
                last[conversationID] = messages.max { $0.seq < $1.seq }
            }
            return last
        }
    }

    func waitForHead(
        of conversationID: String,
        atLeast seq: Int64,
        within limit: Duration?
    ) async throws -> ConversationHead {
        for _ in 0..<4 {
            let head = try await self.heads(of: [conversationID])[conversationID] ?? ConversationHead()
            if head.maxSeq >= seq { return head }
            try await self.world.sleep(self.process, .milliseconds(20))
        }
        throw StorageError.historyBehind(conversationID: conversationID)
    }
}
