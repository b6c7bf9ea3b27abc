import IMProtocol
import Kafka
import SwiftProtobuf

@testable import IMStorage
@testable import IMWorkers

extension ModelWorld {
    private var groups: [String] {
        [self.kafka.topics.toRedisGroup, self.kafka.topics.toMongoGroup, self.kafka.topics.archiveGroup]
    }

    /// Lets everything run on without faults until nothing is left to do, then checks what must hold then.
    func settle() {
        self.schedule.note("settling")
        for partition in 0..<self.partitions {
            for group in self.groups {
                guard let owner = self.kafka.owner(group, partition) else {
                    self.restart(group, partition)
                    continue
                }
                if owner.process.isKilled || !owner.isOwned || owner.isFinished { self.restart(group, partition) }
            }
        }
        self.staleReads.percent = 0
        self.noticeOwners()
        for index in self.schedule.lateEffects.indices.reversed() { self.schedule.happen(index) }
        for _ in 0..<20_000 {
            guard !self.isSettled, self.truth.broken.isEmpty else { break }
            // Who only waits comes when nobody else does.
            let ready = self.schedule.ready
            guard
                let call = ready.first(where: { $0.name != "watch" && $0.name != "sleep" })
                    ?? ready.randomElement(using: &self.schedule.random)
            else { break }
            self.schedule.end(call, .done)
        }
        if !self.isSettled { self.truth.breaks("P6: the pipeline does not settle") }
        self.checkStores()
        self.end()
    }

    /// Lets a reader read everything, which must succeed.
    func readAll() {
        for conversationID in self.truth.identities.keys.sorted() {
            self.read(conversationID, isCertain: true)
            while let call = self.schedule.calls.first(where: { $0.process.name.hasPrefix("R") }) {
                self.schedule.end(call, .done)
            }
        }
    }

    private func restart(_ group: String, _ partition: Int32) {
        switch group {
        case self.kafka.topics.toRedisGroup: self.assignTransfer(partition, to: self.startTransfer())
        case self.kafka.topics.toMongoGroup: self.startWriter(partition)
        default: self.startArchiver(partition)
        }
    }

    private var isSettled: Bool {
        let topics = self.kafka.topics
        return (0..<self.partitions).allSatisfy { partition in
            let end = self.kafka.end(topics.toMongo, partition)
            // Not the committed offset: a commit that comes late may have lowered it, which costs a repetition only.
            return self.kafka.owner(topics.toRedisGroup, partition)?.isAtEnd ?? false
                && self.history.positions[partition]?.next ?? 0 == end
                && self.archive.positions[partition]?.next ?? 0 == end
        }
    }

    /// What must be true in the end: every message of `toRedis` has a seq or is a dead letter, and the stores have what
    /// the log has.
    private func checkStores() {
        for partition in 0..<self.partitions {
            for record in self.kafka.records(self.kafka.topics.toRedis, partition) {
                guard !self.truth.isDeadLettered(record),
                    let message = try? Openim_Sdkws_MsgData(serializedBytes: record.value ?? []),
                    message.isOn(.history), let conversationID = ConversationID.of(message)
                else { continue }
                guard let seq = self.truth.seqs[ModelTruth.identity(conversationID, message)] else {
                    self.truth.breaks("P1: \(message.clientMsgID) is lost")
                    continue
                }
                let sender = ModelReadMarks.Key(conversationID: conversationID, userID: message.sendID)
                for place in ["positions", "readSeqs"] where self.readSeqs[place]?[sender] ?? 0 < seq {
                    self.truth.breaks("P1: \(message.sendID) has not read his own seq \(seq), say \(place)")
                }
            }
        }
        for (conversationID, identities) in self.truth.identities.sorted(by: { $0.key < $1.key }) {
            for (index, identity) in identities.enumerated() {
                let seq = Int64(index) + 1
                let isTrimmed = seq < self.history.heads[conversationID]?.minSeq ?? 0
                if self.history.slots[conversationID]?[seq]?.identity != identity, !isTrimmed {
                    self.truth.breaks("P1: the history lacks \(conversationID) seq \(seq)")
                }
                if self.archive.rows[conversationID]?[seq] != identity {
                    self.truth.breaks("P1: the archive lacks \(conversationID) seq \(seq)")
                }
            }
            if self.history.heads[conversationID]?.maxSeq != Int64(identities.count) {
                self.truth.breaks("P3: the head of \(conversationID) is not \(identities.count)")
            }
        }
        if self.truth.broken.isEmpty { self.readAll() }
    }

    /// Ends all tasks, so that a schedule leaves nothing behind.
    private func end() {
        for process in self.processes where !process.isKilled { self.schedule.kill(process) { _ in false } }
    }
}
