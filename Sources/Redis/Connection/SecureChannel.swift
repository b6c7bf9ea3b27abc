import OpenSSL

/// TLS between a socket and the protocol above it; for the loop's thread.
struct SecureChannel {
    private let session: TLSSession
    private let socket: RedisSocket
    /// Where plaintext is decrypted to.
    private let plaintext = ReceiveBuffer()

    /// Prepares a session with the server on `socket`; `host` is what its certificate must be for.
    ///
    /// - Throws: `.handshakeRefused` for a host that no certificate can be for.
    init(_ context: TLSContext, host: String, over socket: RedisSocket) throws(RedisError) {
        do throws(OpenSSLError) {
            self.session = try TLSSession(context, host: host)
        } catch {
            throw Self.refused(error)
        }
        self.socket = socket
    }

    /// Whether ciphertext waits for room in the socket.
    var hasUnsent: Bool { self.session.outgoingByteCount > 0 }

    /// Goes on with the TLS handshake; returns whether it has finished.
    ///
    /// - Throws: `.handshakeRefused` when the certificate is not accepted, by either side; `.connectionLost`.
    func handshake() throws(RedisError) -> Bool {
        let isFinished: Bool
        do throws(OpenSSLError) {
            isFinished = try self.session.handshake()
        } catch {
            // Tells the server why; nobody waits for whether that arrives.
            _ = try? self.flush()
            throw Self.refused(error)
        }
        try self.flush()
        return isFinished
    }

    /// Takes received ciphertext, and calls `body` with each piece of plaintext.
    ///
    /// - Parameters:
    ///   - bytes: what the socket received.
    ///   - body: takes plaintext; what it throws ends the session.
    /// - Throws: `.connectionLost`, `.handshakeRefused` when the server rejects our certificate, and what `body` throws.
    func receive(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (UnsafeRawBufferPointer) throws(RedisError) -> Void
    ) throws(RedisError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let taken: Int
            do throws(OpenSSLError) {
                taken = try self.session.receive(UnsafeRawBufferPointer(rebasing: rest))
            } catch {
                throw Self.lost(error)
            }
            rest = rest.dropFirst(taken)
            let isFinished = try self.readAll(body)
            guard taken > 0 || isFinished else {
                throw RedisError(.protocolViolation, "TLS: the session takes no more bytes")
            }
            if isFinished { return }
        }
    }

    /// Encrypts and sends as much as the socket takes soon; returns how many bytes of plaintext were taken.
    func send(_ bytes: UnsafeRawBufferPointer) throws(RedisError) -> Int {
        var total = 0
        while total < bytes.count {
            let taken: Int
            do throws(OpenSSLError) {
                taken = try self.session.write(UnsafeRawBufferPointer(rebasing: bytes[total...]))
            } catch {
                throw Self.lost(error)
            }
            total += taken
            guard try self.flush(), taken > 0 else { break }
        }
        return total
    }

    /// Sends ciphertext; returns whether none is left.
    @discardableResult func flush() throws(RedisError) -> Bool {
        try self.session.drainOutgoing { bytes throws(RedisError) in try self.socket.send(bytes) }
    }

    /// Returns whether the server has ended the session.
    private func readAll(_ body: (UnsafeRawBufferPointer) throws(RedisError) -> Void) throws(RedisError) -> Bool {
        while true {
            let result: TLSSession.ReadResult
            do throws(OpenSSLError) {
                result = try self.session.read(into: self.plaintext.bytes)
            } catch {
                throw Self.lost(error)
            }
            switch result {
            case .bytes(let count):
                try body(UnsafeRawBufferPointer(rebasing: self.plaintext.bytes[..<count]))
            case .needsMore:
                try self.flush()
                return false
            case .closeNotify:
                throw RedisError(.connectionLost, "the server closed the TLS session")
            }
        }
    }

    /// A failure of the handshake: repeated tries fail the same way until somebody repairs a setting or a certificate.
    private static func refused(_ error: OpenSSLError) -> RedisError {
        error.code == .truncated ? self.lost(error) : RedisError(.handshakeRefused, error.message, cause: error)
    }

    private static func lost(_ error: OpenSSLError) -> RedisError {
        // With TLS 1.3 the server may reject our certificate only after the handshake.
        guard error.code != .peerAlert, error.code != .certificateRejected else {
            return RedisError(.handshakeRefused, error.message, cause: error)
        }
        return RedisError(.connectionLost, error.message, cause: error)
    }
}
