import Glibc
import ServerRuntime
import TestKit
import Testing

@Suite(.serialized, .timeLimit(.minutes(2))) struct FaultProxyTests {
    private static let short = Duration.milliseconds(150)

    /// Runs `body` with a proxy before an echo server, on a thread on which it may block.
    private func withProxy(
        greeting: String = "",
        _ body: @escaping @Sendable (FaultProxy) throws -> Void
    ) async throws {
        try await EchoServer.with(greeting: greeting) { server in
            try await FaultProxy.with(to: server.port) { proxy in
                try await onThread { try body(proxy) }
            }
        }
    }

    private static func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    }

    /// Whether `condition` holds within five seconds; for a thread that may block.
    private static func soon(_ condition: () -> Bool) -> Bool {
        let deadline = Deadline.after(.seconds(5))
        while !condition(), !deadline.hasPassed { usleep(1_000) }
        return condition()
    }

    private static func errorNumber(_ body: () throws -> Void) -> Int32? {
        do {
            try body()
            return nil
        } catch {
            return (error as? SocketFailure)?.number ?? -1
        }
    }

    @Test(arguments: [1, 65_536, 3_000_000]) func `without faults all bytes pass and are counted`(
        count: Int
    ) async throws {
        try await self.withProxy { proxy in
            let connection = try LoopbackConnection(to: proxy.port)
            let sent = Self.bytes(count)
            // In portions, since an echo of everything at once would fill the buffers both ways.
            for start in stride(from: 0, to: count, by: 50_000) {
                let portion = sent[start..<min(count, start + 50_000)]
                try connection.send(portion)
                #expect(try connection.receive(exactly: portion.count) == Array(portion))
            }
            let counts = proxy.counts
            #expect(counts.requestBytes == count && counts.replyBytes == count)
            #expect(counts.accepted == 1 && counts.open == 1 && counts.broken == 0)
        }
    }

    @Test func `the end of a stream passes in both directions`() async throws {
        try await self.withProxy { proxy in
            let connection = try LoopbackConnection(to: proxy.port)
            try connection.send([1, 2, 3])
            connection.endSending()
            #expect(try connection.receive(exactly: 4) == [1, 2, 3])
            #expect(Self.soon { proxy.counts.open == 0 })
            #expect(proxy.counts.broken == 0)
        }
    }

    @Test(arguments: [FaultProxy.Direction.requests, .replies, .both])
    func `a stall holds bytes back and healing delivers them`(direction: FaultProxy.Direction) async throws {
        try await self.withProxy { proxy in
            let connection = try LoopbackConnection(to: proxy.port)
            proxy.apply(.stall(direction))
            try connection.send(Self.bytes(1_000))
            #expect(Self.errorNumber { _ = try connection.receive(deadline: .after(Self.short)) } == ETIMEDOUT)
            #expect(proxy.counts.replyBytes == 0)
            #expect(proxy.counts.requestBytes == (direction.contains(.requests) ? 0 : 1_000))
            proxy.heal()
            #expect(try connection.receive(exactly: 1_000) == Self.bytes(1_000))
        }
    }

    @Test func `a stalled connection takes no more than its bound`() async throws {
        try await self.withProxy { proxy in
            proxy.apply(.stall(.requests))
            let connection = try LoopbackConnection(to: proxy.port)
            let number = Self.errorNumber {
                try connection.send([UInt8](repeating: 1, count: 64_000_000), deadline: .after(.seconds(1)))
            }
            #expect(number == ETIMEDOUT)
        }
    }

    @Test func `a delay holds up each byte in both directions`() async throws {
        try await self.withProxy { proxy in
            proxy.apply(.delay(.milliseconds(60)))
            let connection = try LoopbackConnection(to: proxy.port)
            let start = ContinuousClock.now
            try connection.send(Self.bytes(10))
            #expect(try connection.receive(exactly: 10) == Self.bytes(10))
            #expect(start.duration(to: .now) >= .milliseconds(120))
        }
    }

    @Test func `a throttle keeps its rate`() async throws {
        try await self.withProxy { proxy in
            proxy.apply(.throttle(bytesPerSecond: 100_000, .replies))
            let connection = try LoopbackConnection(to: proxy.port)
            let start = ContinuousClock.now
            try connection.send(Self.bytes(40_000))
            #expect(try connection.receive(exactly: 40_000) == Self.bytes(40_000))
            let duration = start.duration(to: .now)
            #expect(duration >= .milliseconds(300) && duration < .seconds(2), "\(duration)")
        }
    }

    @Test func `chopped bytes arrive in pieces`() async throws {
        try await self.withProxy { proxy in
            proxy.apply(.chop(bytes: 3, .replies))
            let connection = try LoopbackConnection(to: proxy.port)
            try connection.send(Self.bytes(60))
            var received: [UInt8] = []
            var reads = 0
            while received.count < 60 {
                received += try connection.receive()
                reads += 1
            }
            #expect(received == Self.bytes(60))
            // A reader that was not scheduled for a while gets several pieces at once.
            #expect(reads >= 4, "\(reads) reads")
        }
    }

    @Test func `damage follows its probability and is repeatable`() async throws {
        try await self.withProxy { proxy in
            var seen: [[UInt8]] = []
            for probability in [1.0, 0.01] {
                proxy.apply(.corrupt(probability: probability, seed: 7, .requests))
                let connection = try LoopbackConnection(to: proxy.port)
                try connection.send(Self.bytes(10_000))
                let received = try connection.receive(exactly: 10_000)
                let damaged = zip(received, Self.bytes(10_000)).count { $0 != $1 }
                #expect(probability == 1 ? damaged == 10_000 : (20...400).contains(damaged), "\(damaged)")
                seen.append(received)
            }
            #expect(seen[0] != seen[1])
        }
    }

    @Test(arguments: [0, 1, 7, 500]) func `a cut happens behind the byte and only once`(count: Int) async throws {
        try await self.withProxy { proxy in
            let connection = try LoopbackConnection(to: proxy.port)
            proxy.cut(afterReplyBytes: count)
            try connection.send(Self.bytes(1_000))
            #expect(try connection.receive(exactly: 1_000) == Array(Self.bytes(1_000).prefix(count)))
            let next = try LoopbackConnection(to: proxy.port)
            try next.send(Self.bytes(1_000))
            #expect(try next.receive(exactly: 1_000) == Self.bytes(1_000))
            #expect(proxy.counts.broken == 1)
        }
    }

    @Test func `a repeated cut ends each connection and a cut of requests keeps them from the server`() async throws {
        try await self.withProxy { proxy in
            proxy.apply(.cut(afterBytes: 5, of: .requests, repeats: true))
            for _ in 0..<3 {
                let connection = try LoopbackConnection(to: proxy.port)
                try connection.send(Self.bytes(9))
                #expect(try connection.receive(exactly: 9).count <= 5)
            }
            #expect(proxy.counts.requestBytes == 15 && proxy.counts.broken == 3)
            proxy.heal()
            let connection = try LoopbackConnection(to: proxy.port)
            try connection.send(Self.bytes(9))
            #expect(try connection.receive(exactly: 9) == Self.bytes(9))
        }
    }

    @Test func `half a connection may end while the other half goes on`() async throws {
        try await self.withProxy { proxy in
            let connection = try LoopbackConnection(to: proxy.port)
            try connection.send([1])
            #expect(try connection.receive(exactly: 1) == [1])
            proxy.apply(.halfClose(.replies))
            #expect(try connection.receive().isEmpty, "the client sees the end")
            try connection.send([2])
            #expect(Self.soon { proxy.counts.requestBytes == 2 })
        }
    }

    @Test func `a reset reaches the clients of all open connections`() async throws {
        try await self.withProxy(greeting: "hello") { proxy in
            let connections = try (0..<5).map { _ in try LoopbackConnection(to: proxy.port) }
            for connection in connections { #expect(try connection.receive(exactly: 5).count == 5) }
            proxy.apply(.reset)
            for connection in connections {
                #expect(Self.errorNumber { _ = try connection.receive() } == ECONNRESET)
            }
            #expect(proxy.counts.open == 0 && proxy.counts.broken == 5)
            // It happened once.
            let next = try LoopbackConnection(to: proxy.port)
            #expect(try next.receive(exactly: 5).count == 5)
        }
    }

    @Test func `refused connections end at once and unaccepted ones stay silent`() async throws {
        try await self.withProxy(greeting: "hello") { proxy in
            proxy.apply(.refuse)
            let number = Self.errorNumber {
                let connection = try LoopbackConnection(to: proxy.port)
                _ = try connection.receive()
            }
            #expect(number == ECONNRESET)
            #expect(proxy.counts.refused == 1 && proxy.counts.open == 0)
            proxy.apply(.leaveUnaccepted)
            let waiting = try LoopbackConnection(to: proxy.port)
            #expect(Self.errorNumber { _ = try waiting.receive(deadline: .after(Self.short)) } == ETIMEDOUT)
            proxy.heal()
            #expect(try waiting.receive(exactly: 5).count == 5)
        }
    }

    @Test func `without a server a client is reset`() async throws {
        let proxy = try FaultProxy(to: LoopbackPort.free())
        defer { proxy.close() }
        try await onThread {
            let number = Self.errorNumber {
                let connection = try LoopbackConnection(to: proxy.port)
                _ = try connection.receive()
            }
            #expect(number == ECONNRESET)
        }
    }

    @Test func `connections beyond the bound wait until another one ends`() async throws {
        try await EchoServer.with(greeting: "hello") { server in
            let proxy = try FaultProxy(to: server.port, connectionsMax: 2)
            defer { proxy.close() }
            try await onThread {
                var open = try (0..<2).map { _ in try LoopbackConnection(to: proxy.port) }
                for connection in open { #expect(try connection.receive(exactly: 5).count == 5) }
                let third = try LoopbackConnection(to: proxy.port)
                #expect(Self.errorNumber { _ = try third.receive(deadline: .after(Self.short)) } == ETIMEDOUT)
                open.removeLast()
                #expect(try third.receive(exactly: 5).count == 5)
                #expect(proxy.counts.accepted == 3)
            }
        }
    }

    @Test func `closing ends all threads and sockets and may be repeated`() async throws {
        try await EchoServer.with { server in
            // The first use starts what lasts.
            try await onThread { _ = try LoopbackConnection(to: server.port) }
            let descriptors = OwnProcess.openDescriptors()
            for _ in 0..<20 {
                let proxy = try FaultProxy(to: server.port)
                try await onThread {
                    let connections = try (0..<20).map { _ in try LoopbackConnection(to: proxy.port) }
                    for connection in connections {
                        try connection.send([1])
                        #expect(try connection.receive(exactly: 1) == [1])
                    }
                    proxy.apply(.stall())
                    try connections[0].send([1])
                    proxy.close()
                    proxy.close()
                    #expect(try connections[0].receive().isEmpty)
                    #expect(proxy.counts.open == 0)
                }
                #expect(!LoopbackPort.accepts(proxy.port))
            }
            #expect(try await eventually { OwnProcess.openDescriptors() <= descriptors })
            #expect(OwnProcess.threadCount() > 0 && OwnProcess.residentMemory() > 1_000_000)
        }
    }
}
