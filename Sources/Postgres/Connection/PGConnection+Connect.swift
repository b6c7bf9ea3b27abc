import CPq
import Glibc
import ServerRuntime

extension PGConnection {
    /// Opens a connection and logs in.
    ///
    /// - Parameters:
    ///   - configuration: where to, and as whom.
    ///   - addresses: the numeric addresses of the host; empty when `HostResolver.needsNoLookup`.
    ///   - reactor: waits for the socket.
    ///   - deadline: when to give up.
    ///   - cancelRequests: see `init`.
    /// - Returns: the connection, ready for a statement.
    /// - Throws: `.connectionFailed`, `.authenticationFailed`, `.timeout`, `.cancelled`, `.closed`.
    static func connect(
        _ configuration: PostgresConfiguration,
        addresses: [String],
        reactor: SocketReactor,
        deadline: Deadline,
        cancelRequests: @escaping @Sendable (PGCancelHandle) -> Void
    ) async throws(PostgresError) -> PGConnection {
        guard let raw = self.start(self.options(configuration, addresses: addresses)) else {
            throw PostgresError(.connectionFailed, "libpq has no memory for a connection")
        }
        let connection = PGConnection(takingOwnershipOf: raw, reactor: reactor, cancelRequests: cancelRequests)
        // Otherwise libpq prints notices to standard error.
        PQsetNoticeReceiver(raw, { _, _ in }, nil)
        do {
            try await connection.finishConnecting(raw, deadline: deadline)
        } catch {
            connection.close()
            throw error
        }
        return connection
    }

    private func finishConnecting(_ raw: OpaquePointer, deadline: Deadline) async throws(PostgresError) {
        var status = PQstatus(raw) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING
        while status != PGRES_POLLING_OK {
            guard status != PGRES_POLLING_FAILED else { throw Self.connectError(Self.message(of: raw)) }
            // Asked for anew each time: PQconnectPoll may have gone on to another address and socket.
            let socket = PQsocket(raw)
            let interest: SocketInterest = status == PGRES_POLLING_READING ? .read : .write
            let outcome = await self.reactor.wait(socket, for: interest, deadline: deadline)
            guard outcome == .ready else {
                throw Self.error(outcome, "opening a connection", mayHaveBeenApplied: false)
            }
            status = PQconnectPoll(raw)
        }
        guard PQsetnonblocking(raw, 1) == 0 else { throw Self.connectError(Self.message(of: raw)) }
    }

    /// The parameters of libpq for `configuration`.
    ///
    /// All that would otherwise come from `PG…` environment variables and matters is given, and the session is set to
    /// the formats that the decoders expect.
    static func options(_ configuration: PostgresConfiguration, addresses: [String]) -> [(String, String)] {
        let copies = max(1, addresses.count)
        func repeated(_ value: String) -> String { Array(repeating: value, count: copies).joined(separator: ",") }
        var options = [
            ("host", repeated(configuration.host)),
            ("port", repeated("\(configuration.port)")),
            ("dbname", configuration.database),
            ("user", configuration.username),
            ("sslmode", configuration.sslMode.rawValue),
            ("gssencmode", "disable"),
            ("client_encoding", "UTF8"),
            ("application_name", configuration.applicationName),
            ("options", "-c bytea_output=hex -c datestyle=ISO -c timezone=UTC -c extra_float_digits=1"),
            ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "30000"),  // ms; it also bounds PQcancel
        ]
        if !addresses.isEmpty { options.append(("hostaddr", addresses.joined(separator: ","))) }
        if let password = configuration.password { options.append(("password", password)) }
        if let path = configuration.sslRootCertificatePath { options.append(("sslrootcert", path)) }
        return options
    }

    private static func start(_ options: [(String, String)]) -> OpaquePointer? {
        var names = options.map { UnsafePointer(strdup($0.0)) } + [nil]
        var values = options.map { UnsafePointer(strdup($0.1)) } + [nil]
        defer {
            for pointer in names + values {
                free(UnsafeMutablePointer(mutating: pointer))
            }
        }
        return PQconnectStartParams(&names, &values, 0)
    }

    /// The error for libpq's text about a failed try; libpq 15 keeps no SQLSTATE of it.
    static func connectError(_ message: String) -> PostgresError {
        let isRefusal = [
            "password authentication failed", "no password supplied", "no pg_hba.conf entry",
            "is not permitted to log in",
        ].contains { message.contains($0) }
        let isUnknown = message.contains("FATAL:") && message.contains("does not exist")
        return PostgresError(isRefusal || isUnknown ? .authenticationFailed : .connectionFailed, message)
    }

    /// The error for a wait that did not end with a ready socket.
    static func error(_ outcome: SocketWait, _ action: String, mayHaveBeenApplied: Bool) -> PostgresError {
        let (code, reason): (PostgresError.Code, String) =
            switch outcome {
            case .timedOut: (.timeout, "the deadline passed while \(action)")
            case .cancelled: (.cancelled, "cancelled while \(action)")
            case .closed: (.closed, "the client was shut down while \(action)")
            case .failed(let number): (.connectionLost, "epoll error \(number) while \(action)")
            case .ready: (.connectionLost, "unexpected end while \(action)")
            }
        return PostgresError(code, reason, mayHaveBeenApplied: mayHaveBeenApplied)
    }
}
