import IMProtocol
import IMStorage
import Kafka
import Logging
import ServerRuntime
import SwiftProtobuf
import Synchronization
import TestKit
import Testing

@testable import IMWorkers

@Suite struct HistoryBatchesTests {
    private struct Passing: Error {}

    /// A history that notes its calls, and fails those that `failures` names.
    private final class RecordingHistory: HistoryWriting, ReadMarkRaising {
        private struct State {
            var calls: [String] = []
            var marks: [String] = []
            var failures: [String: Int]
            var unstorable: [UnstorableMessage]
        }

        private let state: Mutex<State>

        init(failures: [String: Int] = [:], unstorable: [UnstorableMessage] = []) {
            self.state = Mutex(State(failures: failures, unstorable: unstorable))
        }

        var calls: [String] {
            self.state.withLock { $0.calls }
        }

        var marks: [String] {
            self.state.withLock { $0.marks }
        }

        func store(_ runs: [SequencedMessages]) async throws -> [UnstorableMessage] {
            try self.note("store")
            return self.state.withLock { $0.unstorable }
        }

        func raiseHeads(_ runs: [SequencedMessages]) async throws {
            try self.note("heads \(runs.map { $0.messages.count })")
        }

        func raise(_ marks: [ReadMark]) async throws {
            let texts = marks.map { "\($0.conversationID) \($0.userID) \($0.seq)" }.sorted()
            self.state.withLock { $0.marks.append(texts.joined(separator: ", ")) }
        }

        func savePosition(of partition: Int32, _ position: PipelinePosition) async throws {
            try self.note("position \(partition) \(position.next)")
        }

        func deadLetter() {
            self.state.withLock { $0.calls.append("dead letter") }
        }

        private func note(_ call: String) throws {
            try self.state.withLock { state in
                state.calls.append(call)
                let name = String(call.prefix { $0 != " " })
                guard let left = state.failures[name], left > 0 else { return }
                state.failures[name] = left - 1
                throw Passing()
            }
        }
    }

    private func records(_ conversationID: String, _ seqs: ClosedRange<Int64>, offset: Int64) throws -> SequencedRecords
    {
        let payload = Openim_Msg_MsgDataToMongoByMQ.with {
            $0.conversationID = conversationID
            $0.lastSeq = seqs.lowerBound - 1
            $0.msgData = seqs.map { seq in
                var message = Incoming.message("c\(seq)")
                message.seq = seq
                return message
            }
        }
        let bytes: [UInt8] = try payload.serializedBytes()
        let record = KafkaRecord(
            topic: "toMongo",
            partition: 3,
            offset: offset,
            key: nil,
            value: bytes,
            headers: []
        )
        return SequencedRecords(record: record, messages: try SequencedMessages(payload))
    }

    private func batches(_ history: RecordingHistory, _ letters: Recorder<String>) -> HistoryBatches {
        HistoryBatches(
            history: history,
            positions: history,
            retry: Retry(
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                backoff: Backoff(initial: .microseconds(100), maximum: .microseconds(100))
            ),
            addDeadLetter: { record, reason in
                history.deadLetter()
                letters.add(["\(record.offset) \(reason)"])
            }
        )
    }

    @Test func `a batch is written in the order slots, heads, position`() async throws {
        let history = RecordingHistory()
        let runs = [try self.records("a", 1...2, offset: 7), try self.records("b", 5...5, offset: 8)]
        try await self.batches(history, Recorder()).store(runs, partition: 3, position: PipelinePosition(next: 9))
        #expect(history.calls == ["store", "heads [2, 1]", "position 3 9"])
        #expect(history.marks == ["a u1 2, b u1 5"])
    }

    @Test func `a step that fails is repeated before the next one begins`() async throws {
        let history = RecordingHistory(failures: ["store": 2, "heads": 1, "position": 1])
        try await self.batches(history, Recorder()).store(
            [try self.records("a", 1...1, offset: 7)],
            partition: 3,
            position: PipelinePosition(next: 8)
        )
        let heads = "heads [1]"
        #expect(history.calls == ["store", "store", "store", heads, heads, "position 3 8", "position 3 8"])
    }

    @Test func `a message that cannot be stored goes to the dead letters before the position moves`() async throws {
        let runs = [try self.records("a", 1...2, offset: 7), try self.records("b", 1...3, offset: 8)]
        let lost = UnstorableMessage(
            conversationID: "b",
            message: runs[1].messages.messages[1],
            reason: .slotTaken,
            detail: "taken"
        )
        let history = RecordingHistory(unstorable: [lost])
        let letters = Recorder<String>()
        try await self.batches(history, letters).store(runs, partition: 3, position: PipelinePosition(next: 9))
        #expect(letters.elements == ["8 b seq 2: taken"])
        #expect(history.calls == ["store", "dead letter", "heads [2, 3]", "position 3 9"])
    }

    @Test func `a cancelled writer leaves the position where it is`() async throws {
        let history = RecordingHistory(failures: ["heads": .max])
        let batches = self.batches(history, Recorder())
        let runs = [try self.records("a", 1...1, offset: 7)]
        let task = Task { try await batches.store(runs, partition: 3, position: PipelinePosition(next: 8)) }
        _ = try await eventually { history.calls.count > 3 }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(!history.calls.contains("position 3 8"))
    }
}
