import Glibc
import ServerRuntime

/// Sole owner of a non-blocking TCP socket; closes it when it goes away.
///
/// One thread may send while another receives.
final class RedisSocket: Sendable {
    /// What a read brought.
    enum Received {
        case bytes(Int)
        case nothingYet
        case end
    }

    let descriptor: Int32
    /// Whether bytes go out as they are, so that any thread may send; with TLS the loop's thread must.
    let isPlain: Bool

    /// Begins to connect to `address`; the socket becomes writable when that has ended, well or not.
    ///
    /// - Parameters:
    ///   - address: where to.
    ///   - isPlain: whether bytes will go out as they are, without TLS.
    ///   - unansweredMax: how long the peer's system may leave sent bytes unacknowledged.
    /// - Throws: `.connectionLost`, or `.system` without a free descriptor.
    init(connectingTo address: SocketAddress, isPlain: Bool, unansweredMax: Duration) throws(RedisError) {
        self.isPlain = isPlain
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        self.descriptor = socket(address.family, type, 0)
        guard self.descriptor >= 0 else { throw Self.error("socket", errno, code: .system) }
        self.setOption(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        self.setOption(SOL_SOCKET, SO_KEEPALIVE, 1)
        self.setOption(Int32(IPPROTO_TCP), TCP_KEEPIDLE, 15)
        self.setOption(Int32(IPPROTO_TCP), TCP_KEEPINTVL, 5)
        self.setOption(Int32(IPPROTO_TCP), TCP_KEEPCNT, 3)
        self.setOption(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, unansweredMax.milliseconds(rounding: .up))
        let code = address.bytes.withUnsafeBytes { raw -> Int32 in
            guard let base = raw.baseAddress else { return EINVAL }
            let pointer = base.assumingMemoryBound(to: sockaddr.self)
            return connect(self.descriptor, pointer, socklen_t(raw.count)) == 0 ? 0 : errno
        }
        // The object is complete, so `deinit` closes the descriptor when this throws.
        guard code == 0 || code == EINPROGRESS || code == EINTR else { throw Self.error("connect", code) }
    }

    deinit {
        if self.descriptor >= 0 { close(self.descriptor) }
    }

    /// Throws why the connection attempt failed; call it once the socket is writable.
    func finishConnecting() throws(RedisError) {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(self.descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else {
            throw Self.error("getsockopt", errno)
        }
        guard code == 0 else { throw Self.error("connect", code) }
    }

    /// Sends what the system takes now; returns how many bytes that was.
    func send(_ bytes: UnsafeRawBufferPointer) throws(RedisError) -> Int {
        guard !bytes.isEmpty else { return 0 }
        while true {
            let count = Glibc.send(self.descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            if count >= 0 { return count }
            if errno == EAGAIN { return 0 }
            if errno != EINTR { throw Self.error("send", errno) }
        }
    }

    /// Receives what is there.
    func receive(into buffer: UnsafeMutableRawBufferPointer) throws(RedisError) -> Received {
        while true {
            let count = recv(self.descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .end }
            if errno == EAGAIN { return .nothingYet }
            if errno != EINTR { throw Self.error("receive", errno) }
        }
    }

    /// Ends both directions; whoever reads or writes comes to an end.
    func shutDown() {
        _ = shutdown(self.descriptor, Int32(SHUT_RDWR))
    }

    private func setOption(_ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        // An option that the system does not know costs speed or time, never correctness.
        _ = setsockopt(self.descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func error(_ call: String, _ code: Int32, code kind: RedisError.Code = .connectionLost) -> RedisError
    {
        RedisError(kind, "\(call): \(String(cString: strerror(code)))")
    }
}
