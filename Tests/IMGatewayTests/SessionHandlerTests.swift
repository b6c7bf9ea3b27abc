import IMProtocol
import NIOCore
import NIOEmbedded
import Testing

@testable import IMGateway

@Suite struct SessionHandlerTests {
    private static let frame = ByteBuffer(bytes: [0x82, 1, 7])

    @Test func `a session is registered until its channel closes`() throws {
        let session = try EmbeddedSession()
        #expect(session.node.registry.sessions(of: "u").count == 1)
        #expect(!session.loop.isEmpty)
        try session.channel.close().wait()
        #expect(session.node.registry.sessions(of: "u").isEmpty)
        #expect(session.loop.isEmpty)
        #expect(session.node.counters.connections.value == 0)
        #expect(session.handler.push(Self.frame) == .closed)
    }

    @Test func `the confirmation is written before anything else`() throws {
        let session = try EmbeddedSession(isConfirmed: true)
        let confirmation = Array(#"{"errCode":0,"errMsg":"","errDlt":""}"#.utf8)
        #expect(try session.written() == [[0x81, UInt8(confirmation.count)] + confirmation])
        try session.channel.close().wait()
    }

    @Test func `frames wait while the socket is full and keep their order`() throws {
        let session = try EmbeddedSession()
        session.setWritable(false)
        for number in 0..<5 as Range<UInt8> {
            #expect(session.handler.push(ByteBuffer(bytes: [0x82, 1, number])) == .taken)
        }
        #expect(try session.written().isEmpty)
        session.setWritable(true)
        #expect(try session.written().map(\.last) == [0, 1, 2, 3, 4])
        try session.channel.close().wait()
    }

    @Test func `the frame that finds the queue full closes the connection`() throws {
        let session = try EmbeddedSession { $0.framesQueuedMax = 256 }
        session.setWritable(false)
        for _ in 0..<256 { #expect(session.handler.push(Self.frame) == .taken) }
        #expect(session.channel.isActive)
        #expect(session.handler.push(Self.frame) == .closed)
        #expect(!session.channel.isActive)
        #expect(session.node.counters.overflowed.value == 1)
        #expect(session.node.registry.sessions(of: "u").isEmpty)
    }

    @Test func `of pings that cannot be answered only the last is, before the frames`() throws {
        let session = try EmbeddedSession()
        session.setWritable(false)
        _ = session.handler.push(Self.frame)
        for number in 0..<1000 { try session.receive(RawConnection.frame(9, [UInt8(number & 0xFF)])) }
        session.setWritable(true)
        #expect(try session.written() == [[0x8A, 1, UInt8(999 & 0xFF)], [0x82, 1, 7]])
        try session.channel.close().wait()
    }

    @Test func `10000 pings in one read are answered without deep recursion`() throws {
        let session = try EmbeddedSession()
        try session.receive([[UInt8]](repeating: RawConnection.frame(9, []), count: 10_000).flatMap { $0 })
        #expect(try session.written().count == 10_000)
        try session.channel.close().wait()
    }

    @Test func `no request is handled while replies are not taken, and reading stops when too many wait`() throws {
        let session = try EmbeddedSession { $0.requestsWaitingMax = 3 }
        session.setWritable(false)
        _ = session.handler.push(Self.frame)
        try session.receive((0..<10).flatMap { EmbeddedSession.request($0) })
        let reads = ReadCounter()
        try session.channel.pipeline.syncOperations.addHandler(reads, position: .first)
        session.channel.read()
        #expect(reads.count == 0)
        session.setWritable(true)
        #expect(try session.written().count == 11)
        #expect(reads.count == 1)
        session.channel.read()
        #expect(reads.count == 2)
        try session.channel.close().wait()
    }

    @Test func `a connection is silent for 30 seconds before it is closed`() throws {
        let session = try EmbeddedSession()
        for _ in 0..<30 { session.loop.advance() }
        #expect(session.channel.isActive)
        try session.receive(RawConnection.frame(10, []))
        for _ in 0..<30 { session.loop.advance() }
        #expect(session.channel.isActive)
        session.loop.advance()
        #expect(!session.channel.isActive)
        #expect(session.node.counters.timedOut.value == 1)
    }

    @Test func `half a frame does not count as a sign of life`() throws {
        let session = try EmbeddedSession()
        for byte in RawConnection.frame(9, [UInt8](repeating: 0, count: 40)).prefix(35) {
            try session.receive([byte])
            session.loop.advance()
        }
        #expect(!session.channel.isActive)
    }

    @Test(arguments: Platform.allCases) func `only Web is pinged, every 27 seconds`(platform: Platform) throws {
        let session = try EmbeddedSession(platform: platform)
        for _ in 0..<26 { session.loop.advance() }
        #expect(try session.written().isEmpty)
        session.loop.advance()
        #expect(try session.written() == (platform == .web ? [[0x89, 0]] : []))
        try session.channel.close().wait()
    }

    @Test func `a kick is the last frame, and the peer has five seconds to close`() throws {
        let session = try EmbeddedSession()
        session.setWritable(false)
        _ = session.handler.push(Self.frame)
        session.handler.kick()
        #expect(session.handler.push(Self.frame) == .closed)
        #expect(session.node.registry.sessions(of: "u").isEmpty)
        session.setWritable(true)
        let kick = EnvelopeEncoding.gob.encode(ResponseEnvelope(identifier: 2002))
        #expect(try session.written() == [[0x82, 1, 7], [0x82, UInt8(kick.count)] + kick])
        for _ in 0..<5 { session.loop.advance() }
        #expect(!session.channel.isActive)
    }

    @Test func `after the end nothing that comes is looked at`() throws {
        let session = try EmbeddedSession()
        session.setWritable(false)
        session.handler.shutDown()
        try session.receive(EmbeddedSession.request(1) + RawConnection.frame(1, [1]))
        session.setWritable(true)
        #expect(try session.written() == [[0x88, 2, 0x03, 0xE9]])
        session.handler.cut()
        #expect(!session.channel.isActive)
    }

    /// Counts the reads that reach the socket.
    private final class ReadCounter: ChannelOutboundHandler {
        typealias OutboundIn = Any
        var count = 0

        func read(context: ChannelHandlerContext) {
            self.count += 1
            context.read()
        }
    }
}
