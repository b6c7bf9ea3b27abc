import Kafka
import Synchronization

/// Knows when each record was sent, by its number in the value, and how long it took until it was read.
final class KafkaStopwatch: Sendable {
    private struct State {
        var partitions = 0
        var seen = 0
        var samples: [Double]
    }

    private let start = ContinuousClock.now
    private let state: Mutex<State>

    init(records: Int) {
        self.state = Mutex(State(samples: Array(repeating: 0, count: records)))
    }

    /// Partitions that are read.
    var partitions: Int { self.state.withLock { $0.partitions } }

    func partitionStarted() {
        self.state.withLock { $0.partitions += 1 }
    }

    /// The value of record `number`, which is sent now; below zero it is not counted.
    func stamp(_ number: Int, bytes: Int) -> [UInt8] {
        var value = [UInt8](repeating: 0, count: bytes)
        let now = UInt64(self.start.duration(to: .now).inMicroseconds * 1000)
        value.withUnsafeMutableBytes { bytes in
            guard bytes.count >= 16 else { return }
            bytes.storeBytes(of: now, as: UInt64.self)
            bytes.storeBytes(of: Int64(number), toByteOffset: 8, as: Int64.self)
        }
        return value
    }

    /// Notes records that have been read.
    func read(_ batch: [KafkaRecord]) {
        let now = self.start.duration(to: .now).inMicroseconds
        self.state.withLock { state in
            for record in batch {
                let stamp = (record.value ?? []).withUnsafeBytes { bytes -> (sent: UInt64, number: Int64)? in
                    guard bytes.count >= 16 else { return nil }
                    return (bytes.load(as: UInt64.self), bytes.load(fromByteOffset: 8, as: Int64.self))
                }
                guard let stamp, state.samples.indices.contains(Int(stamp.number)) else { continue }
                state.samples[Int(stamp.number)] = now - Double(stamp.sent) / 1000
                state.seen += 1
            }
        }
    }

    /// The microseconds of all records, once they have been read.
    ///
    /// - Throws: when some are missing after 30 s.
    func samples() async throws -> [Double] {
        let limit = ContinuousClock.now.advanced(by: .seconds(30))
        while true {
            let (samples, seen) = self.state.withLock { ($0.samples, $0.seen) }
            if seen == samples.count { return samples }
            guard ContinuousClock.now < limit else {
                throw BenchFailure("\(seen) of \(samples.count) records were read")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
