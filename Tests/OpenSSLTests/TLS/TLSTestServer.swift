import COpenSSL

/// The other side of a `TLSSession`: a server straight on OpenSSL's C interface, in memory.
final class TLSTestServer {
    struct Failure: Error {
        let call: String
    }

    private let session: OpaquePointer
    private let input: OpaquePointer
    private let output: OpaquePointer
    /// Bytes that the client wrote.
    private(set) var received: [UInt8] = []
    private(set) var hasFailed = false
    private(set) var hasSeenCloseNotify = false

    init(_ context: TLSTestServerContext) throws {
        guard let session = context.makeSession(), let input = BIO_new(BIO_s_mem()), let output = BIO_new(BIO_s_mem())
        else { throw Failure(call: "SSL_new") }
        SSL_set_bio(session, input, output)
        SSL_set_accept_state(session)
        self.session = session
        self.input = input
        self.output = output
    }

    deinit {
        SSL_free(self.session)
    }

    /// What the client asked for by SNI.
    var serverName: String? {
        SSL_get_servername(self.session, TLSEXT_NAMETYPE_host_name).map { String(cString: $0) }
    }

    /// Takes ciphertext and goes on: handshake, then reading.
    func receive(_ bytes: [UInt8]) {
        ERR_clear_error()
        if !bytes.isEmpty { BIO_write(self.input, bytes, Int32(bytes.count)) }
        var buffer = [UInt8](repeating: 0, count: 20_000)
        while !self.hasFailed {
            var count = 0
            if SSL_read_ex(self.session, &buffer, buffer.count, &count) == 1 {
                self.received += buffer[..<count]
                continue
            }
            switch SSL_get_error(self.session, 0) {
            case SSL_ERROR_WANT_READ: return
            case SSL_ERROR_ZERO_RETURN:
                self.hasSeenCloseNotify = true
                return
            default:
                self.hasFailed = true
                ERR_clear_error()
            }
        }
    }

    /// The ciphertext to send, all of it.
    func takeOutput() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: BIO_ctrl_pending(self.output))
        if !bytes.isEmpty { BIO_read(self.output, &bytes, Int32(bytes.count)) }
        return bytes
    }

    func write(_ bytes: [UInt8]) throws {
        ERR_clear_error()
        var count = 0
        guard bytes.isEmpty || SSL_write_ex(self.session, bytes, bytes.count, &count) == 1, count == bytes.count else {
            throw Failure(call: "SSL_write_ex")
        }
    }

    /// Asks the client for new keys (TLS 1.3).
    func requestKeyUpdate() throws {
        guard SSL_key_update(self.session, SSL_KEY_UPDATE_REQUESTED) == 1, SSL_do_handshake(self.session) == 1 else {
            throw Failure(call: "SSL_key_update")
        }
    }

    /// Asks the client for another handshake (TLS 1.2).
    func requestRenegotiation() throws {
        guard SSL_renegotiate(self.session) == 1, SSL_do_handshake(self.session) == 1 else {
            throw Failure(call: "SSL_renegotiate")
        }
    }

    func shutdown() {
        SSL_shutdown(self.session)
    }
}
