import Foundation
import TestKit
import Testing

extension KafkaDevSuites {
    /// Memory under clients that ask for much and take nothing.
    @Suite(.serialized, .timeLimit(.minutes(5))) struct KafkaDevMemoryTests {
        /// A request, version 4, to fetch up to 50 MB of partition 0 of `t` from its beginning.
        private static let fetch: [UInt8] = {
            func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
                withUnsafeBytes(of: value.bigEndian) { Array($0) }
            }
            var body = bytes(Int16(1)) + bytes(Int16(4)) + bytes(Int32(1)) + bytes(Int16(-1))
            body += bytes(Int32(-1)) + bytes(Int32(500)) + bytes(Int32(1)) + bytes(Int32(50_000_000)) + [0]
            body += bytes(Int32(1)) + bytes(Int16(1)) + Array("t".utf8)
            body += bytes(Int32(1)) + bytes(Int32(0)) + bytes(Int64(0)) + bytes(Int32(50_000_000))
            return bytes(Int32(body.count)) + body
        }()

        @Test(.enabled(if: KafkaClient.hasKcat, "kcat is not installed"))
        func `200 clients that fetch and do not read cost little, and others still read`() async throws {
            try await KafkaDevProcess.with(["--topic", "t:1", "--fsync", "never"]) { broker in
                let lines = (0..<40_000).map { "\($0) " + String(repeating: "x", count: 1_000) }
                try await KafkaClient.kcatProduce(lines, to: "t", broker)
                let quiet = broker.residentMemory
                var greatest = 0
                var clients: [LoopbackConnection] = []
                let port = broker.port
                for _ in 0..<200 {
                    let client = try await onThread {
                        let client = try LoopbackConnection(to: port)
                        try client.send(Self.fetch)
                        return client
                    }
                    clients.append(client)
                    greatest = max(greatest, broker.residentMemory)
                }
                // Whoever reads gets everything, at the latest when those who do not have lost their connections.
                let read = try await KafkaClient.kcatConsume("t", broker)
                #expect(read == lines)
                greatest = max(greatest, broker.residentMemory)
                withExtendedLifetime(clients) {}
                clients = []
                let isFreed = try await eventually(within: .seconds(40)) { broker.residentMemory < quiet + 40 << 20 }
                print(
                    "memory: quiet \(quiet >> 20), greatest \(greatest >> 20), then \(broker.residentMemory >> 20) MiB"
                )
                #expect(greatest < quiet + 128 << 20)
                #expect(isFreed)
            }
        }
    }
}
