import IMProtocol
import IMStorage
import SwiftProtobuf
import TestKit
import Testing

@testable import IMWorkers

@Suite struct TransferBatchProperties {
    /// What was given out so far, kept the simple way.
    private struct Model {
        var seqs: [String: [String: Int64]] = [:]
        var next: [String: Int64] = [:]
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `whatever comes in which batches, the promises of seq and order hold`(seed: Seed) throws {
        var random = seed.generator()
        var memory = PartitionMemory(limits: TransferLimits())
        var model = Model()
        for _ in 0..<60 {
            let incoming = try (0..<Int.random(in: 0...40, using: &random)).map { _ in
                let client = "m\(Int.random(in: 0..<300, using: &random))"
                let receiver = ["u2", "u3", "u4"].randomElement(using: &random) ?? "u2"
                let isStored = Int.random(in: 0..<5, using: &random) > 0
                return try Incoming.read(Incoming.message(client, to: receiver, isStored: isStored))
            }
            let batch = TransferBatch.of(incoming, &memory)
            let ids = Set(incoming.filter(\.isStored).map(\.identity))
            #expect(batch.messages.filter(\.isStored).count == ids.count, "\(seed)")
            #expect(batch.messages.count { !$0.isStored } == incoming.count { !$0.isStored }, "\(seed)")
            try Self.checkRuns(batch, &model, "\(seed)")
            Self.checkOrder(batch, model, "\(seed)")
        }
        for (conversation, seqs) in model.seqs {
            #expect(seqs.values.sorted() == Array(1...Int64(seqs.count)), "\(seed), \(conversation)")
        }
    }

    /// New runs follow each other without a gap, and could be read back by the history writer.
    private static func checkRuns(_ batch: TransferBatch, _ model: inout Model, _ context: String) throws {
        for run in batch.newRuns {
            #expect(run.lastSeq == model.next[run.conversationID, default: 0], "\(context)")
            #expect((1...100).contains(run.messages.count), "\(context)")
            let payload = Openim_Msg_MsgDataToMongoByMQ.with {
                $0.lastSeq = run.lastSeq
                $0.conversationID = run.conversationID
                $0.msgData = run.messages
            }
            _ = try SequencedMessages(payload)
            for message in run.messages {
                let known = model.seqs[run.conversationID, default: [:]].updateValue(
                    message.seq,
                    forKey: message.clientMsgID
                )
                #expect(known == nil, "\(context): a message became new twice")
            }
            model.next[run.conversationID] = run.messages.last?.seq
        }
    }

    /// Every stored message has its one seq and is pushed in order; what the cache gets rises strictly.
    private static func checkOrder(_ batch: TransferBatch, _ model: Model, _ context: String) {
        var last: [String: Int64] = [:]
        for incoming in batch.messages {
            guard incoming.isStored else {
                #expect(incoming.message.seq == 0, "\(context)")
                continue
            }
            let seq = incoming.message.seq
            #expect(model.seqs[incoming.conversationID]?[incoming.message.clientMsgID] == seq, "\(context)")
            #expect(seq >= last[incoming.conversationID, default: 0], "\(context): pushed out of order")
            last[incoming.conversationID] = seq
        }
        let stored = Dictionary(grouping: batch.messages.filter(\.isStored), by: \.conversationID)
        #expect(Set(batch.storedRuns.map(\.conversationID)) == Set(stored.keys), "\(context)")
        for run in batch.storedRuns {
            let seqs = run.messages.map(\.seq)
            #expect(zip(seqs, seqs.dropFirst()).allSatisfy { $0 < $1 }, "\(context): cache run does not rise")
            #expect(Set(seqs) == Set(stored[run.conversationID, default: []].map(\.message.seq)), "\(context)")
        }
    }
}
