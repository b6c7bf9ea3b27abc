import Kafka
import Logging
import Synchronization
import TestKit

/// Records with keys and numbers, of which none is sent before the one in front of it was acknowledged.
final class KafkaConsumerLoad: Sendable {
    static let keys = 16
    private let counts = Mutex([Int](repeating: 0, count: KafkaConsumerLoad.keys))

    /// How many records of each key are in the log.
    var produced: [Int] {
        self.counts.withLock { $0 }
    }

    /// Produces until the task is cancelled.
    func run(_ broker: String, pause: Duration = .milliseconds(5)) async throws {
        let connection = KafkaConnectionConfiguration(bootstrapServers: [broker], clientID: "load")
        let producer = try KafkaProducer(
            KafkaProducerConfiguration(connection),
            logger: Logger(label: "load") { _ in SwiftLogNoOpLogHandler() }
        )
        let running = Task { try await producer.run() }
        while !Task.isCancelled {
            let records = self.produced.enumerated().map { key, count in
                KafkaProducerRecord(topic: "t", key: Array("k\(key)".utf8), value: Array("\(key)/\(count)".utf8))
            }
            // In a task of its own: the last records are awaited, too.
            let results = await Task { await producer.send(records) }.value
            for (key, result) in results.enumerated() {
                // What failed is sent again with the same number: the log may hold it twice, never out of order.
                if case .success = result { self.counts.withLock { $0[key] += 1 } }
            }
            try? await Task.sleep(for: pause)
        }
        running.cancel()
        try await running.value
    }
}
