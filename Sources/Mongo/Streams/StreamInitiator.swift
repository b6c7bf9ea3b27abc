import CMongoc
import Glibc
import ServerRuntime

/// Opens the connections of a client, in place of libmongoc's own way, which knows no deadline.
enum StreamInitiator {
    /// How long an opening may go on after its call has ended.
    ///
    /// The call's caller has its answer by then. A connection that is given up counts as a lost server in libmongoc, for
    /// all clients; this much time tells a server that is slow to one call from one that does not answer at all.
    private static let overtime: Duration = .milliseconds(500)

    /// Makes the streams of `client` ours.
    ///
    /// - Parameters:
    ///   - client: a client that was just taken out of its pool for the first time.
    ///   - control: has to outlive the client.
    static func install(on client: OpaquePointer, control: StreamControl) {
        mongoc_client_set_stream_initiator(client, openStream, Unmanaged.passUnretained(control).toOpaque())
    }

    /// Resolves, connects and sets up TLS.
    ///
    /// Blocks until `connectTimeoutMS` of the connection string, or `overtime` after the end of the call.
    static func open(
        _ uri: OpaquePointer,
        _ host: mongoc_host_list_t,
        _ control: StreamControl
    ) throws(MongoError) -> UnsafeMutablePointer<mongoc_stream_t> {
        let now = MonotonicTime.now
        let timeout = mongoc_uri_get_option_as_int32(uri, MONGOC_URI_CONNECTTIMEOUTMS, 10_000)
        let limit = min(
            now.advanced(byMilliseconds: max(1, timeout)),
            max(now, control.deadline).advanced(by: self.overtime)
        )
        let name = self.text(of: host.host)
        let descriptor = try self.connect(name, host.port, host.family, until: limit)
        control.openingBegins()
        let socket = ClientStream(takingOwnershipOf: descriptor, control: control, openingLimit: limit)
        guard mongoc_uri_get_tls(uri) else { return ClientStream.surrender(socket) }
        return try self.secure(socket, name, MongocTLSOptions(uri), until: limit)
    }

    private static func connect(
        _ host: String,
        _ port: UInt16,
        _ family: Int32,
        until limit: MonotonicTime
    )
        throws(MongoError) -> Int32
    {
        var addresses: [SocketAddress]
        if family == AF_UNIX {
            addresses = SocketAddress(path: host).map { [$0] } ?? []
        } else {
            addresses = try HostResolver.shared.addresses(host: host, port: port, family: family, until: limit)
        }
        var failure = EHOSTUNREACH
        for (index, address) in addresses.enumerated() {
            // An address that does not answer leaves time for the next ones.
            let now = MonotonicTime.now
            let share = max(0, limit.nanoseconds(since: now)) / Int64(addresses.count - index)
            let descriptor = SocketIO.connect(address, until: now.advanced(by: .nanoseconds(share)))
            if descriptor >= 0 { return descriptor }
            failure = errno
        }
        throw MongoError(.network, "cannot connect to \(host):\(port): \(String(cString: strerror(failure)))")
    }

    private static func secure(
        _ socket: ClientStream,
        _ host: String,
        _ options: borrowing MongocTLSOptions,
        until limit: MonotonicTime
    ) throws(MongoError) -> UnsafeMutablePointer<mongoc_stream_t> {
        socket.isBelowTLS = true
        let base = ClientStream.surrender(socket)
        guard let tls = options.with({ mongoc_stream_tls_new_with_hostname(base, host, $0, 1) }) else {
            mongoc_stream_destroy(base)
            throw MongoError(.network, "TLS to \(host) cannot be set up: look at the files of the tls options")
        }
        var error = bson_error_t()
        let milliseconds = Int32(clamping: max(0, limit.nanoseconds(since: .now)) / 1_000_000 + 1)
        guard mongoc_stream_tls_handshake_block(tls, host, milliseconds, &error) else {
            mongoc_stream_destroy(tls)
            throw MongoError(.network, MongoError(error, isWrite: false).message)
        }
        return ClientStream.surrender(ClientStream(takingOwnershipOf: tls, above: socket, openingLimit: limit))
    }

    private static func text<Characters>(of characters: Characters) -> String {
        withUnsafeBytes(of: characters) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}

/// libmongoc → Swift, on the thread of the client's call, when the client needs a connection.
private func openStream(
    _ uri: OpaquePointer?,
    _ host: UnsafePointer<mongoc_host_list_t>?,
    _ context: UnsafeMutableRawPointer?,
    _ error: UnsafeMutablePointer<bson_error_t>?
) -> UnsafeMutablePointer<mongoc_stream_t>? {
    guard let uri, let host, let context else { return nil }
    let control = Unmanaged<StreamControl>.fromOpaque(context).takeUnretainedValue()
    do throws(MongoError) {
        return try StreamInitiator.open(uri, host.pointee, control)
    } catch let failure {
        failure.write(to: error, domain: MONGOC_ERROR_STREAM, code: MONGOC_ERROR_STREAM_CONNECT)
        return nil
    }
}
