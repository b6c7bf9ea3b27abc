import COpenSSL

/// One TLS connection of a client, without any input or output of its own.
///
/// The owner of a socket moves the bytes: what the socket received goes into `receive`, what `drainOutgoing` gives goes
/// to the socket, and `read` and `write` move the plaintext. For one thread at a time.
///
/// A session holds at most `incomingBytesMax` bytes of ciphertext that wait to be read and `outgoingBytesMax` that wait
/// to be sent, in two rings that are allocated at once. OpenSSL adds one record of each direction (about 17 KiB) while
/// it is worked on, and during the handshake the server's certificates (100 KiB at most). Full rings are no error:
/// `receive` and `write` take less, down to nothing, until `read` and `drainOutgoing` have made room.
///
/// The first failure is final: it is thrown again by each later call, except that `drainOutgoing` still gives the alert
/// that tells the peer.
public final class TLSSession {
    /// Where the session stands.
    private enum Phase {
        /// Goes on to `open` or `failed`.
        case handshaking
        /// Goes on to `failed`.
        case open
        /// Final; the `SSL` may only be freed.
        case failed(OpenSSLError)
    }

    /// How many bytes of ciphertext `receive` takes before they are read; more than three full records.
    public static let incomingBytesMax = 64 << 10
    /// How many bytes of ciphertext can wait to be sent.
    public static let outgoingBytesMax = 80 << 10
    /// The part of `outgoingBytesMax` that `write` leaves free for alerts, key updates and the like.
    private static let answerBytesMax = 16 << 10
    /// The most plaintext in one record (RFC 8446, section 5.1).
    private static let recordBytesMax = 16 << 10
    /// More than header, initialisation vector, authentication code and padding of a record together.
    private static let recordOverheadMax = 512
    /// A record that is smaller only for want of room must carry this much.
    private static let partialRecordBytesMin = 1 << 10

    private let handle: SSLHandle
    private let context: TLSContext
    private let peer: TLSPeerName
    private var phase = Phase.handshaking
    private var hasInputEnded = false
    private var isPeerClosed = false
    private var isShutDown = false

    /// A session that will greet a server; the first bytes to send come from `handshake`.
    ///
    /// - Parameters:
    ///   - context: what the sessions of a client share.
    ///   - host: the name or address that was connected to; the configuration's `serverName` goes before it.
    /// - Throws: `.invalidConfiguration` for a host that no certificate can be for, `.operationFailed` without memory.
    public init(_ context: TLSContext, host: String) throws(OpenSSLError) {
        let configuration = context.configuration
        let peer = try TLSPeerName(configuration.serverName ?? host)
        self.context = context
        self.peer = peer
        self.handle = try SSLHandle(
            context,
            incomingBytesMax: Self.incomingBytesMax,
            outgoingBytesMax: Self.outgoingBytesMax
        )
        try Self.expect(peer, configuration.verification, by: self.handle.session)
    }

    private static func expect(
        _ peer: TLSPeerName,
        _ verification: TLSConfiguration.Verification,
        by session: OpaquePointer
    ) throws(OpenSSLError) {
        SSL_set_verify(session, verification == .none ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nil)
        let parameters = SSL_get0_param(session)
        X509_VERIFY_PARAM_set_hostflags(
            parameters,
            UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS) | UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT)
        )
        let isChecked = verification == .fullVerification
        var isSet = true
        switch peer {
        case .dns(let name):
            isSet = copenssl_shim_set_server_name(session, name) == 1
            if isSet, isChecked { isSet = X509_VERIFY_PARAM_set1_host(parameters, name, 0) == 1 }
        case .address(let bytes, _):
            // The server name extension has no place for addresses (RFC 6066, section 3).
            if isChecked { isSet = X509_VERIFY_PARAM_set1_ip(parameters, bytes, bytes.count) == 1 }
        }
        guard isSet else { throw .invalid("server name \(peer.text)") }
    }

    /// The agreed version; `nil` before the handshake has finished.
    public var negotiatedVersion: TLSVersion? {
        guard case .open = self.phase else { return nil }
        return TLSVersion(code: SSL_version(self.handle.session))
    }

    /// OpenSSL's name of the agreed cipher, for logs; `nil` before the handshake has finished.
    public var negotiatedCipher: String? {
        guard case .open = self.phase, let cipher = SSL_get_current_cipher(self.handle.session) else { return nil }
        return SSL_CIPHER_get_name(cipher).map { String(cString: $0) }
    }

    /// How many bytes of ciphertext wait for `drainOutgoing`.
    public var outgoingByteCount: Int {
        BIO_ctrl_pending(self.handle.network)
    }

    // MARK: - Handshake and end

    /// Goes on with the handshake as far as the received bytes allow.
    ///
    /// Call it first, and after each `receive`, until it returns true; drain the outgoing bytes after each call.
    ///
    /// - Returns: whether the handshake has finished. With TLS 1.3 a server may still refuse the client's certificate
    ///   afterwards, which `read` then throws as `.peerAlert`.
    /// - Throws: `.certificateRejected`, `.handshakeFailed`, `.peerAlert`, `.truncated`, or an earlier failure.
    public func handshake() throws(OpenSSLError) -> Bool {
        switch self.phase {
        case .failed(let error): throw error
        case .open: return true
        case .handshaking: break
        }
        ERR_clear_error()
        let code = SSL_do_handshake(self.handle.session)
        if code == 1 {
            self.phase = .open
            return true
        }
        switch SSL_get_error(self.handle.session, code) {
        case SSL_ERROR_WANT_READ:
            guard !self.hasInputEnded else { throw self.truncated() }
            return false
        case SSL_ERROR_ZERO_RETURN:
            throw self.truncated()
        case SSL_ERROR_WANT_WRITE:
            // A flight that does not fit: the rest follows when the caller has drained the first part.
            return false
        default:
            throw self.failed()
        }
    }

    /// Says to the peer that nothing more will be written; what the peer still sends can be read.
    ///
    /// Drain the outgoing bytes afterwards. Without effect before the handshake has finished, after a failure, and the
    /// second time.
    public func shutdown() {
        guard case .open = self.phase, !self.isShutDown else { return }
        self.isShutDown = true
        ERR_clear_error()
        // The alert fits, because `write` leaves room. If it fails, the peer learns of the end from the socket.
        _ = SSL_shutdown(self.handle.session)
        ERR_clear_error()
    }

    // MARK: - Ciphertext

    /// Takes bytes that the socket received.
    ///
    /// - Parameter ciphertext: any piece of the stream: records need not be whole.
    /// - Returns: how many were taken; fewer than given when `incomingBytesMax` wait to be read. After `read` has
    ///   returned `.needsMore` the whole of `incomingBytesMax` is free.
    /// - Throws: an earlier failure.
    public func receive(_ ciphertext: UnsafeRawBufferPointer) throws(OpenSSLError) -> Int {
        if case .failed(let error) = self.phase { throw error }
        // Nothing counts behind the peer's last byte (RFC 8446, section 6.1).
        guard !ciphertext.isEmpty, !self.isPeerClosed else { return ciphertext.count }
        ERR_clear_error()
        let count = BIO_write(self.handle.network, ciphertext.baseAddress, Int32(clamping: ciphertext.count))
        return max(0, Int(count))
    }

    /// Tells that the socket reached its end: what was received is the whole stream.
    ///
    /// `read` and `handshake` then throw `.truncated` where they would want more.
    public func receiveEnd() {
        self.hasInputEnded = true
    }

    /// Gives the bytes that the socket must send, without copying them.
    ///
    /// - Parameter send: is called with the oldest bytes, twice when they wrap around the end of the ring, and returns
    ///   how many of them it took; when it takes fewer than given the rest stays. It must not use the session.
    /// - Returns: whether nothing is left to send.
    /// - Throws: what `send` throws; the bytes of that call stay.
    @discardableResult public func drainOutgoing<Failure: Error>(
        _ send: (UnsafeRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) -> Bool {
        while self.outgoingByteCount > 0 {
            var start: UnsafeMutablePointer<CChar>?
            let count = Int(BIO_nread0(self.handle.network, &start))
            guard count > 0 else { return false }
            let taken = min(max(0, try send(UnsafeRawBufferPointer(start: start, count: count))), count)
            // Moves the ring on; the pointer that it gives is the one from above.
            if taken > 0 { _ = BIO_nread(self.handle.network, &start, Int32(clamping: taken)) }
            guard taken == count else { return false }
        }
        return true
    }

    // MARK: - Plaintext

    /// Decrypts what was received, as much as fits.
    ///
    /// Goes on with the handshake if that has not finished. Drain the outgoing bytes afterwards.
    ///
    /// - Parameter buffer: for the plaintext; not empty. With 16 KiB a record is never split.
    /// - Returns: how many bytes, or why there are none now. A failure behind good data is thrown by the next call.
    /// - Throws: `.protocolViolation`, `.peerAlert`, `.truncated`, the errors of `handshake`, or an earlier failure.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(OpenSSLError) -> ReadResult {
        guard try self.handshake() else { return .needsMore }
        guard !self.isPeerClosed else { return .closeNotify }
        guard let base = buffer.baseAddress, !buffer.isEmpty else { return .bytes(0) }
        var total = 0
        while total < buffer.count {
            ERR_clear_error()
            var count = 0
            if SSL_read_ex(self.handle.session, base + total, buffer.count - total, &count) == 1 {
                total += count
                continue
            }
            do throws(OpenSSLError) {
                let result = try self.readEnded(SSL_get_error(self.handle.session, 0), hasData: total > 0)
                return total > 0 ? .bytes(total) : result
            } catch {
                // Good data first; the failure is in `phase` for the next call.
                guard total > 0 else { throw error }
                return .bytes(total)
            }
        }
        return .bytes(total)
    }

    private func readEnded(_ reason: Int32, hasData: Bool) throws(OpenSSLError) -> ReadResult {
        // OpenSSL forgets an answer that does not fit, so look before it comes to that.
        guard self.outgoingByteCount <= Self.outgoingBytesMax - Self.recordOverheadMax else {
            throw self.failed(OpenSSLError(.protocolViolation, "TLS: the peer wants answers and does not take them"))
        }
        switch reason {
        case SSL_ERROR_WANT_READ:
            guard !self.hasInputEnded || hasData else { throw self.truncated() }
            return .needsMore
        case SSL_ERROR_ZERO_RETURN:
            self.isPeerClosed = true
            return .closeNotify
        default:
            throw self.failed()
        }
    }

    /// Encrypts plaintext for sending.
    ///
    /// - Parameter plaintext: the bytes to send; not kept.
    /// - Returns: how many were taken; fewer than given when too much waits to be sent, 0 before the handshake has
    ///   finished. Give the rest again after `drainOutgoing`.
    /// - Throws: `.closed` after `shutdown`, or an earlier failure.
    public func write(_ plaintext: UnsafeRawBufferPointer) throws(OpenSSLError) -> Int {
        switch self.phase {
        case .failed(let error): throw error
        case .handshaking: return 0
        case .open: break
        }
        guard !self.isShutDown else { throw OpenSSLError(.closed, "write after shutdown of the TLS session") }
        guard let base = plaintext.baseAddress else { return 0 }
        var total = 0
        while total < plaintext.count {
            let rest = plaintext.count - total
            let room = Self.outgoingBytesMax - Self.answerBytesMax - self.outgoingByteCount - Self.recordOverheadMax
            let size = min(rest, room, Self.recordBytesMax)
            guard size >= min(rest, Self.partialRecordBytesMin) else { break }
            ERR_clear_error()
            var count = 0
            // One record that fits: OpenSSL never keeps half of it back and never asks for the call to be repeated.
            guard SSL_write_ex(self.handle.session, base + total, size, &count) == 1 else { throw self.failed() }
            total += count
        }
        return total
    }

    // MARK: - Failures

    private func failed(_ error: OpenSSLError? = nil) -> OpenSSLError {
        var isHandshaking = false
        if case .handshaking = self.phase { isHandshaking = true }
        let failure = error ?? .failure(of: self.handle.session, isHandshaking: isHandshaking, peer: self.peer)
        self.phase = .failed(failure)
        return failure
    }

    private func truncated() -> OpenSSLError {
        var what = "the connection ended without the TLS close_notify alert: data may be missing"
        if case .handshaking = self.phase { what = "the peer closed the connection during the TLS handshake" }
        return self.failed(OpenSSLError(.truncated, what))
    }
}
