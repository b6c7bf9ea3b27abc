import CMongoc
import Glibc

/// A connection of one client, as libmongoc reads and writes it.
///
/// With TLS there are two for a connection: one above TLS, which libmongoc uses, and one below it, which TLS uses. The
/// thread that runs the client's call uses it, and no other.
final class ClientStream {
    private enum Layer {
        /// Bytes go to the socket.
        case socket
        /// Bytes go to a TLS stream, which owns the layer below it.
        case aboveTLS(UnsafeMutablePointer<mongoc_stream_t>, below: ClientStream)
    }

    /// An idle connection that the server has closed is noticed before a command is lost on it.
    private static let idleNanosecondsMax: Int64 = 100_000_000

    let control: StreamControl
    private(set) var descriptor: Int32
    /// Whether the last failure came from a limit of time, a stopped call or an idle connection that was closed.
    ///
    /// libmongoc takes the server for lost after other failures, and drops the connections of all clients.
    private(set) var isTimedOut = false
    private let layer: Layer
    private var buffer = ReadBuffer()
    /// When the opening (TLS, `hello`, authentication) has to be over; `nil` once it is.
    private var openingLimit: MonotonicTime?
    private var lastUse = MonotonicTime.now

    /// The end of the layer that owns the socket.
    init(takingOwnershipOf descriptor: Int32, control: StreamControl, openingLimit: MonotonicTime) {
        self.descriptor = descriptor
        self.control = control
        self.openingLimit = openingLimit
        self.layer = .socket
    }

    /// The layer above TLS.
    init(
        takingOwnershipOf tls: UnsafeMutablePointer<mongoc_stream_t>,
        above below: ClientStream,
        openingLimit: MonotonicTime
    ) {
        self.descriptor = below.descriptor
        self.control = below.control
        self.openingLimit = openingLimit
        self.layer = .aboveTLS(tls, below: below)
    }

    deinit {
        self.close()
        if case .aboveTLS(let tls, _) = self.layer {
            mongoc_stream_destroy(tls)
        }
    }

    /// The stream below, as libmongoc asks for it.
    var tls: UnsafeMutablePointer<mongoc_stream_t>? {
        guard case .aboveTLS(let tls, _) = self.layer else { return nil }
        return tls
    }

    func close() {
        guard self.descriptor >= 0 else { return }
        // What TLS says and hears at the end is no failure of the opening.
        self.openingLimit = nil
        switch self.layer {
        case .socket: self.control.close(self.descriptor)
        case .aboveTLS(let tls, let below):
            below.openingLimit = nil
            mongoc_stream_close(tls)
        }
        self.descriptor = -1
    }

    var isClosedByPeer: Bool {
        self.descriptor < 0 || SocketIO.isStale(self.descriptor)
    }

    // MARK: - Reading

    func read(_ pieces: UnsafeMutablePointer<iovec>, _ count: Int, atLeast least: Int, milliseconds: Int32) -> Int {
        let limit = self.limit(milliseconds)
        var done = 0
        for piece in UnsafeMutableBufferPointer(start: pieces, count: count) {
            guard let target = piece.iov_base, piece.iov_len > 0 else { continue }
            let wanted = max(0, min(least - done, piece.iov_len))
            guard done == 0 || wanted > 0 else { break }
            let result = self.buffer.read(target, piece.iov_len, atLeast: wanted) { target, count in
                self.receive(target, count, limit)
            }
            guard result >= 0 else { return done > 0 && done >= least ? done : -1 }
            done += result
            if result < piece.iov_len { break }
        }
        self.lastUse = .now
        guard done < least else { return done }
        // The stream has ended before the message has.
        errno = ECONNRESET
        return -1
    }

    private func receive(_ target: UnsafeMutableRawPointer, _ count: Int, _ limit: MonotonicTime) -> Int {
        let result: Int
        switch self.layer {
        case .socket:
            result = SocketIO.receive(self.descriptor, target, count, until: limit)
        case .aboveTLS(let tls, _):
            result = mongoc_stream_read(tls, target, count, 1, self.milliseconds(until: limit))
        }
        if result <= 0 {
            self.noteFailure()
        }
        return result
    }

    // MARK: - Writing

    /// Writes all of the pieces.
    func write(_ pieces: UnsafeMutablePointer<iovec>, _ count: Int, milliseconds: Int32) -> Int {
        guard self.mayWrite(pieces, count) else { return -1 }
        let limit = self.limit(milliseconds)
        let result: Int
        switch self.layer {
        case .socket:
            result = self.send(pieces, count, limit)
        case .aboveTLS(let tls, _):
            result = mongoc_stream_writev(tls, pieces, count, self.milliseconds(until: limit))
        }
        if result < 0 {
            self.noteFailure()
        }
        return result
    }

    /// Whether the message may go out: not when its call has ended, nor into a connection that is none any more.
    private func mayWrite(_ pieces: UnsafeMutablePointer<iovec>, _ count: Int) -> Bool {
        if self.openingLimit != nil {
            // Below TLS the layer above tells when the opening is over.
            if self.isBelowTLS || WireCommand.isOpening(pieces, count) { return true }
            self.openingLimit = nil
            if case .aboveTLS(_, let below) = self.layer {
                below.openingLimit = nil
            }
        }
        guard !self.isBelowTLS else { return true }
        let now = MonotonicTime.now
        let isIdle = now.nanoseconds(since: self.lastUse) > Self.idleNanosecondsMax
        if isIdle, self.isClosedByPeer {
            self.isTimedOut = true
            errno = ECONNRESET
            return false
        }
        guard self.control.deadline > now, self.control.willSend(to: self.descriptor) else {
            self.isTimedOut = true
            errno = ETIMEDOUT
            return false
        }
        return true
    }

    /// Whether this is the layer that TLS writes to.
    var isBelowTLS = false

    private func send(_ pieces: UnsafeMutablePointer<iovec>, _ count: Int, _ limit: MonotonicTime) -> Int {
        var rest = UnsafeMutableBufferPointer(start: pieces, count: count)[...]
        var done = 0
        while !rest.isEmpty {
            // The system takes no more pieces at a time (IOV_MAX).
            let result = SocketIO.send(self.descriptor, pieces + rest.startIndex, min(rest.count, 1_024), until: limit)
            guard result > 0 else { return -1 }
            done += result
            var sent = result
            while let piece = rest.first, sent >= piece.iov_len {
                sent -= piece.iov_len
                rest = rest.dropFirst()
            }
            if sent > 0, !rest.isEmpty {
                let index = rest.startIndex
                pieces[index].iov_base = pieces[index].iov_base.map { $0 + sent }
                pieces[index].iov_len -= sent
            }
        }
        return done
    }

    // MARK: - Limits of time

    /// The earliest of what libmongoc allows, what is left of the call, and of the opening.
    private func limit(_ milliseconds: Int32) -> MonotonicTime {
        let limit = self.openingLimit ?? self.control.deadline
        return milliseconds < 0 ? limit : min(limit, MonotonicTime.now.advanced(byMilliseconds: milliseconds))
    }

    private func milliseconds(until limit: MonotonicTime) -> Int32 {
        Int32(clamping: max(0, limit.nanoseconds(since: .now)) / 1_000_000 + 1)
    }

    private func noteFailure() {
        let number = errno
        if self.openingLimit != nil {
            self.control.openingFailed()
        } else if !self.isBelowTLS {
            self.control.answerLost()
        }
        self.isTimedOut = number == ETIMEDOUT || self.limit(-1) <= .now || self.control.isStopped
        errno = number
    }
}
