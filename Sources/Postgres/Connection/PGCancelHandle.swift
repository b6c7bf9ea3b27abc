import CPq

/// Owner of a `PGcancel`: what is needed to ask the server to stop the statement of one connection.
///
/// `PQcancel` is thread safe and the struct does not change after it was made (libpq manual, "Canceling Queries in
/// Progress"), hence unchecked. It outlives its connection.
final class PGCancelHandle: @unchecked Sendable {
    private let raw: OpaquePointer

    /// Nil when the connection is not open.
    init?(connection: OpaquePointer) {
        guard let raw = PQgetCancel(connection) else { return nil }
        self.raw = raw
    }

    deinit {
        PQfreeCancel(self.raw)
    }

    /// Sends the request over a connection of its own and waits until the server has closed that one.
    ///
    /// Blocks; bounded by `tcp_user_timeout`, which libpq 15 applies here too. Best effort: an error leaves the
    /// statement to end by itself.
    func send() {
        var message = [CChar](repeating: 0, count: 256)
        _ = PQcancel(self.raw, &message, Int32(message.count))
    }
}
