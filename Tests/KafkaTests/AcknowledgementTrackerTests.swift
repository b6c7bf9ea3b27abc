import TestKit
import Testing

@testable import Kafka

@Suite(.timeLimit(.minutes(1))) struct AcknowledgementTrackerTests {
    private func tracker(_ recordsMax: Int) throws -> AcknowledgementTracker {
        var settings = KafkaAcknowledgementWindow()
        settings.recordsMax = recordsMax
        return AcknowledgementTracker(settings, wake: try WakeDescriptor())
    }

    private func records(_ offsets: Range<Int64>) -> [KafkaRecord] {
        offsets.map { KafkaRecord(topic: "t", partition: 0, offset: $0) }
    }

    @Test func `a full window holds its reader up until the oldest record is acknowledged`() async throws {
        let tracker = try self.tracker(3)
        tracker.handOn(self.records(0..<3))
        let order = Recorder<String>()
        let waiting = Task {
            try await tracker.waitForRoom()
            order.add("room")
        }
        try await Task.sleep(for: .milliseconds(50))
        // The window is as wide as before: the oldest record is still open.
        tracker.acknowledge([2])
        try await Task.sleep(for: .milliseconds(50))
        order.add("oldest")
        tracker.acknowledge([0])
        try await waiting.value
        #expect(order.elements == ["oldest", "room"])
    }

    @Test func `who waits for room goes on at the end and is freed by cancellation`() async throws {
        let tracker = try self.tracker(1)
        tracker.handOn(self.records(0..<1))
        let cancelled = Task { try await tracker.waitForRoom() }
        try await Task.sleep(for: .milliseconds(20))
        cancelled.cancel()
        await #expect(throws: KafkaError.self) { try await cancelled.value }
        let waiting = Task { try await tracker.waitForRoom() }
        try await Task.sleep(for: .milliseconds(20))
        tracker.end()
        try await waiting.value
    }

    @Test func `a commit that fails at the end is not made again`() throws {
        let tracker = try self.tracker(10)
        tracker.handOn(self.records(0..<2))
        tracker.acknowledge([0, 1])
        #expect(tracker.takeCommit() == 2)
        tracker.settle(2, KafkaError(.unavailable, "away"))
        #expect(!tracker.isSettled)
        #expect(tracker.takeCommit() == 2)
        tracker.end()
        tracker.settle(2, KafkaError(.unavailable, "away"))
        #expect(tracker.isSettled)
        #expect(tracker.takeCommit() == nil)
    }
}
