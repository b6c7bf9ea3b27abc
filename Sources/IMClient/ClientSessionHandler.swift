import IMProtocol
import NIOCore
import NIOWebSocket
import SwiftProtobuf

/// The client's side of a long connection: matches replies to requests and hands out what the server sends unasked.
///
/// Bound to its channel's event loop.
final class ClientSessionHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private struct Waiting {
        let promise: EventLoopPromise<ResponseEnvelope>
        let timeout: Scheduled<Void>
    }

    private let configuration: IMClientConfiguration
    private let codec: ClientCodec
    private let outlet: PushOutlet
    /// Succeeds when the server has admitted the client.
    private let admitted: EventLoopPromise<Void>
    private var isAdmissionOpen = true
    private var isStarted = false
    /// Answers to what came together with the handshake.
    private var unsent: [WebSocketFrame] = []
    private var context: ChannelHandlerContext?
    private var waiting: [String: Waiting] = [:]
    private var lastNumber = 0
    private var pings: RepeatedTask?

    init(
        configuration: IMClientConfiguration,
        codec: ClientCodec,
        outlet: PushOutlet,
        admitted: EventLoopPromise<Void>
    ) {
        self.configuration = configuration
        self.codec = codec
        self.outlet = outlet
        self.admitted = admitted
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let interval = TimeAmount(self.configuration.pingInterval)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        self.pings = context.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            bound.value.write(.ping, ByteBuffer())
        }
    }

    /// The HTTP handlers are gone; before that nothing may be written, for they would take it for HTTP.
    func start() {
        self.isStarted = true
        for frame in self.unsent { self.context?.write(self.wrapOutboundOut(frame), promise: nil) }
        self.unsent = []
        self.context?.flush()
        if !self.configuration.wantsResponse { self.admit() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.end(IMError(.network, "connection closed"))
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.end(IMError(.network, "connection closed"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.end(IMError(.network, "connection failed: \(error)"))
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = self.unwrapInboundIn(data)
        switch frame.opcode {
        case .binary: self.receive(frame.unmaskedData)
        case .text: self.receiveText(frame.unmaskedData)
        case .ping: self.write(.pong, frame.unmaskedData)
        case .pong: break
        case .connectionClose:
            self.write(.connectionClose, frame.unmaskedData)
            context.close(promise: nil)
        default:
            self.abort(IMError(.network, "frame with opcode \(frame.opcode)"))
        }
    }

    /// Sends a request; the future fails with `IMError` after `requestTimeout` or when the connection ends.
    func request(_ identifier: Int32, _ data: [UInt8], operationID: String) -> EventLoopFuture<ResponseEnvelope> {
        guard let context = self.context else {
            return self.admitted.futureResult.eventLoop.makeFailedFuture(IMError(.network, "connection closed"))
        }
        self.lastNumber += 1
        let increment = "\(self.configuration.userID)_\(self.lastNumber)"
        let request = RequestEnvelope(
            identifier: identifier,
            sendID: self.configuration.userID,
            operationID: operationID,
            messageIncrement: increment,
            data: data
        )
        let promise = context.eventLoop.makePromise(of: ResponseEnvelope.self)
        do {
            let configuration = self.configuration
            let isCompressed = configuration.isCompressed
            self.write(.binary, try self.codec.encode(request, configuration.encoding, isCompressed: isCompressed))
        } catch {
            promise.fail(IMError(.serverInternal, "\(error)"))
            return promise.futureResult
        }
        let timeout = context.eventLoop.assumeIsolated()
            .scheduleTask(in: TimeAmount(self.configuration.requestTimeout)) {
                self.waiting.removeValue(forKey: increment)?.promise
                    .fail(IMError(.network, "no reply to request \(identifier) in time"))
                return
            }
        self.waiting[increment] = Waiting(promise: promise, timeout: timeout)
        return promise.futureResult
    }

    /// Sends frames as they are, for tests of a server; the caller masks nothing.
    func write(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) {
        guard let context = self.context else { return }
        let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: payload)
        if self.isStarted {
            context.writeAndFlush(self.wrapOutboundOut(frame), promise: nil)
        } else {
            self.unsent.append(frame)
        }
    }

    /// The connection attempt has failed.
    func fail(_ error: IMError) {
        self.end(error)
    }

    private func admit() {
        guard self.isAdmissionOpen else { return }
        self.isAdmissionOpen = false
        self.admitted.succeed()
    }

    private func receive(_ payload: ByteBuffer) {
        let response: ResponseEnvelope
        do {
            let configuration = self.configuration
            let isCompressed = configuration.isCompressed
            response = try self.codec.decode(payload, configuration.encoding, isCompressed: isCompressed)
        } catch {
            return self.abort(IMError(.network, "frame cannot be decoded: \(error)"))
        }
        switch GatewayOperation(rawValue: response.identifier) {
        case .push:
            do {
                self.outlet.push(try Openim_Sdkws_PushMessages(serializedBytes: response.data))
            } catch {
                self.abort(IMError(.network, "push cannot be decoded: \(error)"))
            }
        case .kick:
            self.outlet.kick()
        default:
            guard let waiting = self.waiting.removeValue(forKey: response.messageIncrement) else { return }
            waiting.timeout.cancel()
            waiting.promise.succeed(response)
        }
    }

    /// A text frame confirms the connection, refuses it, or answers a text ping; to a client that asked for none of these
    /// it is an error.
    private func receiveText(_ payload: ByteBuffer) {
        guard self.isAdmissionOpen else { return self.abort(IMError(.network, "unexpected text frame")) }
        guard let answer = IMError(answer: Array(payload.readableBytesView)) else {
            return self.abort(IMError(.network, "confirmation cannot be decoded"))
        }
        guard answer.code == 0 else { return self.abort(answer) }
        self.admit()
    }

    private func abort(_ error: IMError) {
        self.end(error)
        self.context?.close(promise: nil)
    }

    private func end(_ error: IMError) {
        if self.isAdmissionOpen {
            self.isAdmissionOpen = false
            self.admitted.fail(error)
        }
        self.pings?.cancel()
        self.pings = nil
        let waiting = self.waiting
        self.waiting = [:]
        for request in waiting.values {
            request.timeout.cancel()
            request.promise.fail(error)
        }
        self.outlet.finish()
    }
}
