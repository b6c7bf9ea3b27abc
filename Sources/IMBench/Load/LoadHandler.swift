import IMProtocol
import NIOCore

/// One connection of a client: the handshake, then frames in both directions.
///
/// Written for many connections on one thread: what comes is looked at in place, and what goes out during one read goes
/// out in one write.
final class LoadHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// More than this is no answer to a handshake.
    private static let answerBytesMax = 16 << 10

    private let client: LoadClient
    private let request: String
    private var context: ChannelHandlerContext?
    private var input = ByteBuffer()
    private var isAdmitted = false
    private var failure: String?

    /// - Parameters:
    ///   - client: whose connection it is.
    ///   - request: the upgrade request.
    init(client: LoadClient, request: String) {
        self.client = client
        self.request = request
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(string: self.request)), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        self.client.ended(self.failure ?? "closed by the server", handler: self)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.fail("\(error)")
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = self.unwrapInboundIn(data)
        if self.input.readableBytes == 0 {
            self.input = bytes
        } else {
            self.input.writeBuffer(&bytes)
        }
        guard self.isAdmitted || self.admit() else { return }
        let now = MonotonicTime.now()
        do {
            while let frame = try ServerFrame.next(&self.input) {
                switch frame.opcode {
                case ServerFrame.binary: try self.client.received(frame.payload, at: now)
                case ServerFrame.ping, ServerFrame.pong: break
                case ServerFrame.close: return self.fail("the server said goodbye")
                default: return self.fail("a frame with opcode \(frame.opcode)")
                }
            }
        } catch {
            return self.fail("a frame that cannot be read: \(error)")
        }
        // What is left of a frame does not keep the whole buffer of the socket.
        self.input = self.input.readableBytes == 0 ? ByteBuffer() : ByteBuffer(bytes: self.input.readableBytesView)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.client.flush()
    }

    /// Sends bytes that are a whole number of frames.
    func write(_ bytes: ByteBuffer) {
        guard let context = self.context else { return }
        context.writeAndFlush(self.wrapOutboundOut(bytes), promise: nil)
    }

    /// Ends the connection.
    func fail(_ reason: String) {
        self.failure = self.failure ?? reason
        self.context?.close(promise: nil)
    }

    /// Reads the answer to the handshake; true when frames follow.
    private func admit() -> Bool {
        let view = self.input.readableBytesView
        guard let end = view.firstRange(of: Array("\r\n\r\n".utf8)) else {
            if view.count > Self.answerBytesMax { self.fail("no end of the handshake") }
            return false
        }
        guard view.starts(with: Array("HTTP/1.1 101 ".utf8)) else {
            let body = String(decoding: view[end.upperBound...].prefix(200), as: UTF8.self)
            self.fail("refused: \(body)")
            return false
        }
        self.input.moveReaderIndex(to: end.upperBound)
        self.isAdmitted = true
        self.client.admitted(self)
        return true
    }
}
