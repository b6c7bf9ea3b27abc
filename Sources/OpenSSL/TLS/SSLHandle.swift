import COpenSSL

/// Sole owner of an `SSL` and of the network side of the pair of memory BIOs that it talks through.
///
/// A BIO pair is two rings of fixed size: what one side writes the other reads, and no more than fits.
struct SSLHandle: ~Copyable {
    /// The `SSL`, which owns the other half of the pair.
    let session: OpaquePointer
    /// Gives what the session wants to send, and takes what was received for it.
    let network: OpaquePointer

    /// A client session of `context`.
    ///
    /// - Parameters:
    ///   - context: what sessions share; the `SSL` keeps what it needs of it alive.
    ///   - incomingBytesMax: how much ciphertext waits to be read.
    ///   - outgoingBytesMax: how much ciphertext waits to be sent.
    /// - Throws: `.operationFailed` without memory.
    init(_ context: TLSContext, incomingBytesMax: Int, outgoingBytesMax: Int) throws(OpenSSLError) {
        ERR_clear_error()
        var inner: OpaquePointer?
        var outer: OpaquePointer?
        guard BIO_new_bio_pair(&inner, outgoingBytesMax, &outer, incomingBytesMax) == 1, let inner, let outer else {
            throw OpenSSLError(.operationFailed, call: "BIO_new_bio_pair")
        }
        guard let session = context.withHandle({ SSL_new($0) }) else {
            BIO_free(inner)
            BIO_free(outer)
            throw OpenSSLError(.operationFailed, call: "SSL_new")
        }
        // Takes the one reference to `inner` when both directions are the same BIO.
        SSL_set_bio(session, inner, inner)
        SSL_set_connect_state(session)
        self.session = session
        self.network = outer
    }

    deinit {
        SSL_free(self.session)
        BIO_free(self.network)
    }
}
