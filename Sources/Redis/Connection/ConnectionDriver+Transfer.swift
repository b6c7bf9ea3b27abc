import ServerRuntime
import Synchronization

// Bytes out and bytes in.

extension ConnectionDriver {
    /// After so many full buffers the other connections come first.
    private static let receivesPerTurnMax = 8
    /// So many callers are resumed before a look at what they have to say.
    private static let resumedBetweenSends = 16

    /// Sends what waits, as far as the socket takes it.
    func transmit() {
        do throws(RedisError) {
            switch self.link {
            case .securing(let socket, _):
                try self.watch(socket, forWriting: try self.channel?.flush() == false)
            case .handshaking(let socket, _, _):
                try self.greeting.drain { bytes throws(RedisError) in try self.write(bytes, to: socket) }
                try self.watch(socket, forWriting: !self.greeting.isEmpty || self.channel?.hasUnsent == true)
            case .ready(let socket, _):
                // Even without new plaintext TLS may have something to say.
                try self.channel?.flush()
                let result = self.connection.send { socket, bytes throws(RedisError) in
                    try self.write(bytes, to: socket)
                }
                switch result {
                case .done: try self.watch(socket, forWriting: self.channel?.hasUnsent == true)
                case .full: try self.watch(socket, forWriting: true)
                case .failed(let error): throw error
                }
            case .waiting, .resolving, .connecting, .losing, .ended:
                break
            }
        } catch {
            self.connectionFailed(error)
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer, to socket: RedisSocket) throws(RedisError) -> Int {
        guard let channel = self.channel else { return try socket.send(bytes) }
        return try channel.send(bytes)
    }

    /// Begins to watch a new socket.
    func beginWatching(_ socket: RedisSocket) throws(RedisError) {
        self.isWatchedForWriting = true
        try self.poller.add(socket.descriptor, id: self.connection.id, forWriting: true)
    }

    private func watch(_ socket: RedisSocket, forWriting: Bool) throws(RedisError) {
        guard forWriting != self.isWatchedForWriting else { return }
        try self.poller.update(socket.descriptor, id: self.connection.id, forWriting: forWriting)
        self.isWatchedForWriting = forWriting
    }

    /// Takes in what the socket has.
    func receive(from socket: RedisSocket) {
        do throws(RedisError) {
            for _ in 0..<Self.receivesPerTurnMax {
                switch try socket.receive(into: self.buffer.bytes) {
                case .nothingYet:
                    return
                case .end:
                    throw RedisError(.connectionLost, "\(self.connection.endpoint) closed the connection")
                case .bytes(let count):
                    self.lastReceived = .now
                    try self.take(UnsafeRawBufferPointer(rebasing: self.buffer.bytes[..<count]))
                    if count < self.buffer.bytes.count { return }
                }
            }
        } catch {
            self.connectionFailed(error)
        }
    }

    private func take(_ bytes: UnsafeRawBufferPointer) throws(RedisError) {
        guard let channel = self.channel else { return try self.decode(bytes) }
        try channel.receive(bytes) { plaintext throws(RedisError) in try self.decode(plaintext) }
        if case .securing(let socket, let deadline) = self.link, try channel.handshake() {
            try self.greet(on: socket, by: deadline)
        }
    }

    private func decode(_ bytes: UnsafeRawBufferPointer) throws(RedisError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let portion = UnsafeRawBufferPointer(rebasing: rest.prefix(ReplyDecoder.feedBytesMax))
            rest = rest.dropFirst(ReplyDecoder.feedBytesMax)
            switch self.link {
            case .handshaking(_, let decoder, _), .ready(_, let decoder):
                try decoder.feed(portion)
                try self.decodeReplies(decoder)
            default:
                return
            }
        }
    }

    private func decodeReplies(_ decoder: ReplyDecoder) throws(RedisError) {
        while case .handshaking = self.link {
            guard let reply = try decoder.next() else { return }
            try self.handshakeReceived(reply)
        }
        guard case .ready = self.link else { return }
        // Waiters whose replies came before a failure get their replies.
        var failure: RedisError?
        do throws(RedisError) {
            while let reply = try decoder.next() { self.replies.append(reply) }
        } catch {
            failure = error
        }
        try self.deliver()
        if let failure { throw failure }
    }

    /// Resumes callers, and sends between them what the first ones have to say next: the server must not fall idle.
    private func resumeCallers() {
        for start in stride(from: 0, to: self.completions.count, by: Self.resumedBetweenSends) {
            if start > 0, self.connection.isWorthSending { self.transmit() }
            let end = min(start + Self.resumedBetweenSends, self.completions.count)
            for index in start..<end { self.completions[index].resume() }
        }
        self.completions.removeAll(keepingCapacity: true)
    }

    /// Gives the replies that have come to those they belong to.
    private func deliver() throws(RedisError) {
        guard !self.replies.isEmpty else { return }
        self.attempt = 0
        defer { self.replies.removeAll(keepingCapacity: true) }
        if case .subscriber(let handler) = self.connection.mode {
            for reply in self.replies { handler.received(reply) }
            return
        }
        var failure: RedisError?
        self.connection.state.withLock { state in
            do throws(RedisError) {
                try state.queue.received(self.replies, &self.completions)
            } catch {
                failure = error
            }
        }
        self.resumedCount += self.completions.count
        self.settings.metrics.answered(self.completions.count)
        self.resumeCallers()
        if let failure { throw failure }
    }
}
