import NIOCore

/// Stands before the broker until the client of a connection has authenticated.
///
/// Sees one request at a time, in their order.
struct ConnectionGate {
    /// What becomes of a request.
    enum Decision {
        /// The broker answers it.
        case pass
        case answer(ByteBuffer)
        /// The last answer of this connection, with the reason for the log.
        case refuse(ByteBuffer?, reason: String)
    }

    private enum State {
        case closed
        /// Bare messages of the mechanism follow when the handshake was of version 0.
        case exchanging(SASLExchange, isBare: Bool)
        case open
    }

    /// The greatest length of a request before authentication.
    static let requestBytesMax = 64 << 10

    private let authenticator: SASLAuthenticator?
    private var state: State

    /// A gate that is open when there is no `authenticator`.
    init(_ authenticator: SASLAuthenticator?) {
        self.authenticator = authenticator
        self.state = authenticator == nil ? .open : .closed
    }

    /// Whether the client may do anything.
    var isOpen: Bool {
        if case .open = self.state { true } else { false }
    }

    /// Whether what comes next is a message of the mechanism without a header.
    var expectsBareMessage: Bool {
        if case .exchanging(_, isBare: true) = self.state { true } else { false }
    }

    /// Takes a request, which may be anything, without its length.
    mutating func receive(_ frame: ByteBuffer) -> Decision {
        guard let authenticator, !self.isOpen else { return .pass }
        if case .exchanging(let exchange, isBare: true) = self.state { return self.takeBare(frame, exchange) }
        do throws(WireError) {
            var body = frame
            let header = try RequestHeader(reading: &body)
            // The broker also says which versions there are when the client's is none of them.
            if header.key == APIKey.apiVersions.rawValue { return .pass }
            switch header.api {
            case .saslHandshake:
                return try self.shakeHands(
                    SaslHandshakeAPI.decode(body, version: header.version),
                    header,
                    authenticator
                )
            case .saslAuthenticate:
                return try self.take(SaslAuthenticateAPI.decode(body, version: header.version), header)
            default: return .refuse(nil, reason: "request \(header.key) before authentication")
            }
        } catch {
            return .refuse(nil, reason: error.description)
        }
    }

    private mutating func shakeHands(
        _ request: SaslHandshakeAPI.Request,
        _ header: RequestHeader,
        _ authenticator: SASLAuthenticator
    ) throws(WireError) -> Decision {
        let names = authenticator.mechanisms.map(\.rawValue)
        guard case .closed = self.state else {
            let answer = SaslHandshakeAPI.Response(error: .illegalSASLState, mechanisms: names)
            return .refuse(try SaslHandshakeAPI.frame(answer, header: header), reason: "a second SASL handshake")
        }
        let mechanism = KafkaDevSASL.Mechanism(rawValue: request.mechanism)
        guard let mechanism, authenticator.mechanisms.contains(mechanism) else {
            let answer = SaslHandshakeAPI.Response(error: .unsupportedSASLMechanism, mechanisms: names)
            let frame = try SaslHandshakeAPI.frame(answer, header: header)
            return .refuse(frame, reason: "a SASL mechanism that is not offered")
        }
        let exchange = SASLExchange(mechanism, users: authenticator.users)
        self.state = .exchanging(exchange, isBare: header.version == 0)
        return .answer(try SaslHandshakeAPI.frame(.init(mechanisms: names), header: header))
    }

    private mutating func take(
        _ request: SaslAuthenticateAPI.Request,
        _ header: RequestHeader
    ) throws(WireError) -> Decision {
        var response = SaslAuthenticateAPI.Response()
        guard case .exchanging(var exchange, _) = self.state else {
            response.error = .illegalSASLState
            response.message = "a SASL handshake comes first"
            return .refuse(try SaslAuthenticateAPI.frame(response, header: header), reason: "no SASL handshake")
        }
        do throws(SASLFailure) {
            response.bytes = ByteBuffer(bytes: try self.advance(&exchange, request.bytes, isBare: false))
        } catch {
            response.error = .saslAuthenticationFailed
            response.message = "authentication failed: \(error)"
            let frame = try SaslAuthenticateAPI.frame(response, header: header)
            return .refuse(frame, reason: "\(exchange.mechanism.rawValue): \(error)")
        }
        return .answer(try SaslAuthenticateAPI.frame(response, header: header))
    }

    /// There is no form for an error here but the end.
    private mutating func takeBare(_ message: ByteBuffer, _ exchange: SASLExchange) -> Decision {
        var exchange = exchange
        do throws(SASLFailure) {
            let answer = try self.advance(&exchange, message, isBare: true)
            var frame = ByteBuffer()
            frame.writeInteger(Int32(clamping: answer.count))
            frame.writeBytes(answer)
            return .answer(frame)
        } catch {
            return .refuse(nil, reason: "\(exchange.mechanism.rawValue): \(error)")
        }
    }

    private mutating func advance(
        _ exchange: inout SASLExchange,
        _ message: ByteBuffer,
        isBare: Bool
    ) throws(SASLFailure) -> [UInt8] {
        switch try exchange.respond(to: Array(message.readableBytesView)) {
        case .challenge(let answer):
            self.state = .exchanging(exchange, isBare: isBare)
            return answer
        case .success(let answer, _):
            self.state = .open
            return answer
        }
    }
}
