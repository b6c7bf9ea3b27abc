import Logging
import ServerRuntime

extension RedisConnectionLoop {
    /// For messages and logs.
    var serverName: String { "\(self.configuration.host):\(self.configuration.port)" }

    /// Does what is due while there is no connection.
    func advanceLink(at now: Deadline) {
        switch self.link {
        case .waiting(let due) where due <= now:
            let resolution = AddressResolution(
                host: self.configuration.host,
                port: self.configuration.port,
                wakeUp: self.inbox.wakeUp
            )
            self.link = .resolving(resolution, by: .after(self.configuration.connectTimeout))
            self.resolutionMayHaveEnded(resolution)
        case .resolving(let resolution, _):
            self.resolutionMayHaveEnded(resolution)
        default:
            break
        }
        switch self.link {
        case .resolving(_, let deadline) where deadline <= now, .connecting(_, _, let deadline) where deadline <= now,
            .handshaking(_, _, let deadline) where deadline <= now:
            self.connectionFailed(RedisError(.connectionLost, "cannot connect to \(self.serverName) in time"))
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
            let socket = try RedisSocket(connectingTo: address, unansweredMax: self.configuration.stallTimeout)
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
            self.outbox = Outbox()
            self.handshake = RedisHandshake(self.configuration)
            self.outbox.append(self.handshake.bytes)
            let decoder = try ReplyDecoder(replyBytesMax: self.configuration.replyBytesMax)
            self.link = .handshaking(socket, decoder, by: deadline)
        } catch {
            guard !others.isEmpty else { return self.connectionFailed(error) }
            self.connect(to: others, by: deadline)
        }
    }

    /// Takes a reply to a command of the handshake.
    ///
    /// Returns `false` when the connection has been given up.
    func handshakeReceived(_ reply: RedisValue) throws(RedisError) -> Bool {
        guard case .handshaking(let socket, let decoder, _) = self.link else { return false }
        switch self.handshake.received(reply) {
        case .unfinished:
            break
        case .finished:
            self.outbox = Outbox()
            self.link = .ready(socket, decoder)
            self.setRefusal(nil)
            self.generations.connected()
            self.logger.debug("redis connected", metadata: ["redis.server": "\(self.serverName)"])
        case .refused(let error):
            self.refused(error)
            return false
        case .failed(let error):
            throw error
        }
        return true
    }

    /// The server does not let us in: calls fail at once with its reason until a later try succeeds.
    private func refused(_ error: RedisError) {
        var error = error
        error.message = "\(self.serverName): \(error.message)"
        if self.refusal == nil {
            // Once for each change, at `info`: nobody may be calling, and then nobody would learn of it.
            self.logger.info("redis refused the handshake", metadata: ["redis.error": "\(error.message)"])
        }
        self.setRefusal(error)
        self.connectionFailed(error)
        self.finish(self.queue.failQueued(error))
    }

    private func setRefusal(_ error: RedisError?) {
        guard error != nil || self.refusal != nil else { return }
        self.refusal = error
        self.inbox.setRefusal(error)
    }

    /// The connection is gone, or could not be made: fails what was sent and plans the next try.
    func connectionFailed(_ error: RedisError) {
        var wasReady = false
        if case .ready = self.link { wasReady = true }
        self.attempt += 1
        self.lastFailure = error
        if error.code != .handshakeRefused { self.setRefusal(nil) }
        self.link = .waiting(until: .after(self.configuration.reconnect.delay(attempt: self.attempt)))
        if wasReady {
            self.generations.disconnected()
            self.finish(self.queue.connectionLost(bytesSent: self.outbox.bytesSent, error: error))
        }
        self.outbox = Outbox()
        self.logger.debug(
            "redis not connected",
            metadata: ["redis.server": "\(self.serverName)", "redis.error": "\(error.message)"]
        )
    }
}
