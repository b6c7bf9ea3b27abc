import CPq
import Glibc
import ServerRuntime

/// Sole owner of a `PGconn`, in non-blocking mode.
///
/// Unchecked because a `PGconn` belongs to one thread at a time (libpq manual, "Behavior in Threaded Programs"): the
/// pool hands each connection to one caller, and that caller's steps follow one another, on whichever thread.
final class PGConnection: @unchecked Sendable {
    private(set) var raw: OpaquePointer?
    let reactor: SocketReactor
    private let cancelRequests: @Sendable (PGCancelHandle) -> Void

    /// Takes over a connection that has been opened or is being opened.
    ///
    /// - Parameters:
    ///   - raw: the connection; this object frees it.
    ///   - reactor: waits for its socket.
    ///   - cancelRequests: sends cancel requests from a thread that may block.
    init(
        takingOwnershipOf raw: OpaquePointer,
        reactor: SocketReactor,
        cancelRequests: @escaping @Sendable (PGCancelHandle) -> Void
    ) {
        self.raw = raw
        self.reactor = reactor
        self.cancelRequests = cancelRequests
    }

    // Does not block: in non-blocking mode the farewell is sent only as far as the socket takes it.
    deinit {
        self.close()
    }

    /// Whether a statement can be sent: open, nothing under way, and no transaction left behind.
    var isIdle: Bool {
        self.raw.map { PQstatus($0) == CONNECTION_OK && PQtransactionStatus($0) == PQTRANS_IDLE } ?? false
    }

    /// Whether the connection can still talk to the server, inside a transaction or not.
    var isOpen: Bool {
        self.raw.map { PQstatus($0) == CONNECTION_OK } ?? false
    }

    /// Reads what came while the connection lay idle, and so learns whether the server has gone.
    ///
    /// A stopping server sends a farewell and then closes: the second read sees the end.
    func isAliveAfterIdling() -> Bool {
        guard let raw, PQconsumeInput(raw) == 1, PQisBusy(raw) == 0, PQconsumeInput(raw) == 1 else { return false }
        return self.isIdle
    }

    /// Closes the connection.
    ///
    /// Calling it again does nothing.
    func close() {
        guard let raw else { return }
        self.raw = nil
        let socket = PQsocket(raw)
        if socket >= 0 {
            self.reactor.forget(socket)
        }
        PQfinish(raw)
    }

    /// Closes the connection in the middle of a statement, and has the server asked to stop that statement.
    ///
    /// What is left unread would otherwise be taken for the answer of the next caller's statement.
    func abandon() {
        if let raw, let handle = PGCancelHandle(connection: raw) {
            self.cancelRequests(handle)
        }
        self.close()
    }

    /// The error for a connection that libpq gave up on.
    func lost(mayHaveBeenApplied: Bool) -> PostgresError {
        let reason = self.raw.map { PGConnection.message(of: $0) } ?? "the connection is closed"
        self.close()
        return PostgresError(.connectionLost, reason, mayHaveBeenApplied: mayHaveBeenApplied)
    }

    /// libpq's text about the last error of `raw`, on one line.
    static func message(of raw: OpaquePointer) -> String {
        let text = String(cString: PQerrorMessage(raw))
        return text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
