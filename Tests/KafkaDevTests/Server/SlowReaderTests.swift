import Glibc
import NIOCore
import TestKit
import Testing

@testable import KafkaDev

@Suite(.timeLimit(.minutes(2))) struct SlowReaderTests {
    /// A whole request to fetch all of partition 0 of `t`.
    private static func fetch() throws -> [UInt8] {
        let request = try BrokerFixture.frame(FetchAPI.self, 4) {
            $0.waitMaxMilliseconds = 1_000
            $0.bytesMin = 1
            $0.bytesMax = .max
            var part = FetchAPI.Partition()
            part.bytesMax = .max
            $0.topics = [.init(name: "t", partitions: [part])]
        }
        var frame = ByteBuffer()
        frame.writeInteger(Int32(request.readableBytes))
        frame.writeImmutableBuffer(request)
        return Array(frame.readableBytesView)
    }

    private static func fill(_ server: RunningServer) async throws {
        for _ in 0..<16 {
            let request = try BrokerFixture.frame(ProduceAPI.self, 9) {
                let batch = TestBatch(valueBytes: 1_000_000)
                $0.topics = [.init(name: "t", partitions: [.init(index: 0, records: batch.bytes)])]
            }
            var frame = ByteBuffer()
            frame.writeInteger(Int32(request.readableBytes))
            frame.writeImmutableBuffer(request)
            _ = try await server.exchange(frame, expecting: 4)
        }
    }

    private static func settings(sendTime: Duration) -> KafkaDevConfiguration {
        var settings = KafkaDevConfiguration(dataFolder: "")
        settings.topics = [.init(name: "t", partitions: 1)]
        settings.retentionTime = nil
        settings.limits.sendTime = sendTime
        // More than the buffers of two sockets hold.
        settings.limits.fetchBytesMax = 16 << 20
        return settings
    }

    @Test func `a client that takes nothing of its answer loses its connection`() async throws {
        try await RunningServer.with(Self.settings(sendTime: .milliseconds(300))) { server in
            try await Self.fill(server)
            let request = try Self.fetch()
            let received = try await onThread {
                let connection = try LoopbackConnection(to: server.port)
                try connection.send(request)
                let length = try connection.receive(exactly: 4).reduce(0) { $0 << 8 | Int($1) }
                // What is in the sockets' buffers by now is all there will be.
                _ = try? connection.receive(atMost: 1)
                return (length, connection)
            }
            try await Task.sleep(for: .seconds(2))
            let (length, connection) = received
            let count = try await onThread {
                var count = 1
                while let more = try? connection.receive(atMost: 1 << 20), !more.isEmpty { count += more.count }
                return count
            }
            #expect(length > 10_000_000)
            #expect(count < length)
        }
    }

    @Test func `a client that reads slowly gets all of it`() async throws {
        try await RunningServer.with(Self.settings(sendTime: .milliseconds(500))) { server in
            try await Self.fill(server)
            let request = try Self.fetch()
            let (length, count) = try await onThread {
                let connection = try LoopbackConnection(to: server.port)
                try connection.send(request)
                let length = try connection.receive(exactly: 4).reduce(0) { $0 << 8 | Int($1) }
                var count = 0
                // Longer than the broker waits for one that takes nothing.
                while count < length {
                    let more = try connection.receive(exactly: min(1 << 20, length - count))
                    if more.isEmpty { break }
                    count += more.count
                    if count < 12 << 20 { usleep(100_000) }
                }
                return (length, count)
            }
            #expect(length > 10_000_000)
            #expect(count == length)
        }
    }
}
