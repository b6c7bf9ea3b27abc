import NIOCore
import NIOPosix

/// A TCP connection that sends any bytes and parses frames by itself, independent of the code under test.
///
/// For one task.
final class RawConnection {
    struct Unexpected: Error {
        let what: String
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let source: AsyncStream<[UInt8]>.Continuation

        init(_ source: AsyncStream<[UInt8]>.Continuation) {
            self.source = source
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.source.yield(Array(self.unwrapInboundIn(data).readableBytesView))
        }

        func channelInactive(context: ChannelHandlerContext) {
            self.source.finish()
        }
    }

    let channel: any Channel
    private var chunks: AsyncStream<[UInt8]>.Iterator
    private var buffer: [UInt8] = []

    private init(_ channel: any Channel, _ chunks: AsyncStream<[UInt8]>) {
        self.channel = channel
        self.chunks = chunks.makeAsyncIterator()
    }

    static func connect(port: Int) async throws -> RawConnection {
        let (chunks, source) = AsyncStream<[UInt8]>.makeStream()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(source))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return RawConnection(channel, chunks)
    }

    func send(_ bytes: [UInt8]) {
        self.channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    }

    func sendUpgrade(_ uri: String, headers: String = "") {
        self.send(
            Array(
                ("GET \(uri) HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\(headers)\r\n").utf8
            )
        )
    }

    /// The status line and headers of an HTTP response.
    func readHead() async throws -> String {
        while true {
            let text = String(decoding: self.buffer, as: UTF8.self)
            if let end = text.firstRange(of: "\r\n\r\n") {
                self.buffer.removeFirst(text[..<end.upperBound].utf8.count)
                return String(text[..<end.lowerBound])
            }
            guard await self.fill() else { throw Unexpected(what: text) }
        }
    }

    /// Everything until the server closes its side.
    func readToEnd() async -> [UInt8] {
        while await self.fill() {}
        defer { self.buffer = [] }
        return self.buffer
    }

    /// The next frame; nil when the server has closed its side.
    func frame() async -> (opcode: UInt8, payload: [UInt8])? {
        while true {
            if let (frame, count) = Self.parse(self.buffer) {
                self.buffer.removeFirst(count)
                return frame
            }
            guard await self.fill() else { return nil }
        }
    }

    func close() {
        self.channel.close(promise: nil)
    }

    /// A client's frame, masked.
    static func frame(_ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true, reserved: UInt8 = 0) -> [UInt8] {
        let mask: [UInt8] = [0x12, 0xA5, 0x00, 0xFF]
        var bytes = [(isFinal ? 0x80 : 0) | reserved | opcode]
        if payload.count < 126 {
            bytes.append(0x80 | UInt8(payload.count))
        } else if payload.count < 65536 {
            bytes += [0xFE, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        } else {
            bytes.append(0xFF)
            bytes += (0..<8).reversed().map { UInt8(truncatingIfNeeded: payload.count >> ($0 * 8)) }
        }
        return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }

    /// The first frame in `bytes`, which come from a server, and its length.
    static func parse(_ bytes: [UInt8]) -> (frame: (opcode: UInt8, payload: [UInt8]), count: Int)? {
        guard bytes.count >= 2 else { return nil }
        let extra = bytes[1] == 126 ? 2 : bytes[1] == 127 ? 8 : 0
        guard bytes.count >= 2 + extra else { return nil }
        let length = extra == 0 ? Int(bytes[1]) : bytes[2..<2 + extra].reduce(0) { $0 << 8 | Int($1) }
        let end = 2 + extra + length
        guard bytes.count >= end else { return nil }
        return ((bytes[0] & 0x0F, Array(bytes[2 + extra..<end])), end)
    }

    private func fill() async -> Bool {
        guard let chunk = await self.chunks.next() else { return false }
        self.buffer += chunk
        return true
    }
}
