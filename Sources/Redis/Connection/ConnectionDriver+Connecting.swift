import Logging
import OpenSSL
import ServerRuntime
import Synchronization

extension ConnectionDriver {
    /// Does what is due while there is no connection.
    func advanceLink(at now: Deadline) {
        switch self.link {
        case .waiting(let due) where due <= now:
            let resolution = AddressResolution(self.connection.endpoint) { [loop, id = self.connection.id] in
                loop.attend(id)
            }
            self.link = .resolving(resolution, by: .after(self.configuration.connectTimeout))
            self.resolutionMayHaveEnded(resolution)
        case .resolving(let resolution, _):
            self.resolutionMayHaveEnded(resolution)
        default:
            break
        }
        switch self.link {
        case .resolving(_, let deadline) where deadline <= now, .connecting(_, _, let deadline) where deadline <= now,
            .securing(_, let deadline) where deadline <= now, .handshaking(_, _, let deadline) where deadline <= now:
            self.connectionFailed(RedisError(.connectionLost, "cannot connect to \(self.connection.endpoint) in time"))
        default:
            break
        }
    }

    private func resolutionMayHaveEnded(_ resolution: AddressResolution) {
        guard case .resolving(_, let deadline) = self.link, let outcome = resolution.outcome else { return }
        switch outcome {
        case .success(let addresses): self.connect(to: addresses[...], by: deadline)
        case .failure(let error): self.connectionFailed(error)
        }
    }

    /// Begins with the first address; the others are tried when it fails.
    private func connect(to addresses: ArraySlice<SocketAddress>, by deadline: Deadline) {
        guard let address = addresses.first else { return }
        do throws(RedisError) {
            let socket = try RedisSocket(
                connectingTo: address,
                isPlain: self.configuration.tls == nil,
                unansweredMax: self.configuration.stallTimeout
            )
            try self.beginWatching(socket)
            self.link = .connecting(socket, others: addresses.dropFirst(), by: deadline)
        } catch {
            guard addresses.count > 1 else { return self.connectionFailed(error) }
            self.connect(to: addresses.dropFirst(), by: deadline)
        }
    }

    /// The socket has become writable: connected, or not.
    func connectEnded(_ socket: RedisSocket, others: ArraySlice<SocketAddress>, by deadline: Deadline) {
        do throws(RedisError) {
            try socket.finishConnecting()
        } catch {
            guard !others.isEmpty else { return self.connectionFailed(error) }
            return self.connect(to: others, by: deadline)
        }
        do throws(RedisError) {
            guard self.configuration.tls != nil else { return try self.greet(on: socket, by: deadline) }
            guard let context = self.settings.tls.current else {
                throw RedisError(.invalidArgument, "TLS is not set up")
            }
            let channel = try SecureChannel(context, host: self.connection.endpoint.host, over: socket)
            self.channel = channel
            self.link = .securing(socket, by: deadline)
            _ = try channel.handshake()
        } catch {
            self.connectionFailed(error)
        }
    }

    /// Begins the handshake of the protocol.
    func greet(on socket: RedisSocket, by deadline: Deadline) throws(RedisError) {
        self.handshake = RedisHandshake(self.configuration, requiresMaster: self.settings.requiresMaster)
        self.greeting = Wire()
        self.greeting.bytes = self.handshake.bytes
        let decoder = try ReplyDecoder(replyBytesMax: self.configuration.replyBytesMax)
        self.link = .handshaking(socket, decoder, by: deadline)
    }

    /// Takes a reply to a command of the handshake.
    func handshakeReceived(_ reply: RedisValue) throws(RedisError) {
        guard case .handshaking(let socket, let decoder, _) = self.link else { return }
        switch self.handshake.received(reply) {
        case .unfinished:
            break
        case .finished:
            self.link = .ready(socket, decoder)
            self.becomeReady(on: socket)
        case .refused(let error):
            throw error
        case .failed(let error):
            throw error
        }
    }

    private func becomeReady(on socket: RedisSocket) {
        self.setRefusal(nil)
        self.lastReceived = .now
        self.connection.state.withLock { state in
            state.socket = socket
            state.wire = Wire()
            state.posted = []
        }
        self.settings.metrics.connected()
        self.settings.logger.debug("redis connected", metadata: ["redis.server": "\(self.connection.endpoint)"])
        switch self.connection.mode {
        case .shared: self.settings.generations.connected()
        case .exclusive: break
        case .subscriber(let handler): self.connection.post(handler.connected())
        }
        self.transmit()
        self.setCallTimer(at: .now)
    }

    /// Fails the calls that were not sent.
    func failQueued(_ error: RedisError) {
        self.connection.state.withLock { $0.queue.failQueued(error) }.resume()
    }

    // MARK: - Loss

    /// The connection is gone, or could not be made: fails what was sent and plans the next try.
    func connectionFailed(_ error: RedisError) {
        if case .ended = self.link { return }
        var error = error
        if error.code == .handshakeRefused, !error.message.hasPrefix("\(self.connection.endpoint)") {
            error.message = "\(self.connection.endpoint): \(error.message)"
        }
        if case .ready(let socket, _) = self.link {
            self.noteLost()
            let isSending = self.connection.state.withLock { state in
                state.socket = nil
                return state.isSending
            }
            if isSending {
                // Whoever sends comes to an end at once now, and then calls for attention.
                socket.shutDown()
                self.link = .losing(error)
                return
            }
        }
        self.attempt += 1
        self.lastFailure = error
        self.channel = nil
        self.link = .waiting(until: .after(self.configuration.reconnect.delay(attempt: self.attempt)))
        self.failSent(error)
        self.noteFailure(error)
        if self.connection.mode.isExclusive { return self.close(error) }
        if error.code == .handshakeRefused { self.failQueued(error) }
    }

    private func failSent(_ error: RedisError) {
        self.connection.state.withLock { state in
            let failed = state.queue.connectionLost(
                bytesSent: state.wire.bytesSent,
                unsent: state.wire.unsent,
                error: error
            )
            state.wire = Wire()
            return failed
        }.resume()
    }

    /// A connection that stood is gone.
    func noteLost() {
        guard case .ready = self.link else { return }
        self.settings.metrics.disconnected()
        if case .shared = self.connection.mode { self.settings.generations.disconnected() }
    }

    /// Tells everybody who wants to know.
    private func noteFailure(_ error: RedisError) {
        let isRefused = error.code == .handshakeRefused
        if isRefused, self.refusal == nil {
            // Once for each change, at `info`: nobody may be calling, and then nobody would learn of it.
            self.settings.logger.info("redis refused the handshake", metadata: ["redis.error": "\(error.message)"])
        }
        if isRefused { self.settings.metrics.connectionRefused() }
        self.setRefusal(isRefused ? error : nil)
        self.settings.logger.debug(
            "redis not connected",
            metadata: ["redis.server": "\(self.connection.endpoint)", "redis.error": "\(error.message)"]
        )
        if case .subscriber(let handler) = self.connection.mode { handler.disconnected(error) }
        self.settings.connectionLost?()
    }

    /// Calls fail at once with the server's reason until a later try succeeds.
    private func setRefusal(_ error: RedisError?) {
        guard error != nil || self.refusal != nil else { return }
        self.refusal = error
        self.connection.state.withLock { $0.refusal = error }
    }
}
