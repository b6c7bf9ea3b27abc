import Glibc
public import ServerRuntime

/// A plain TCP connection to a port of this machine, for tests that look at bytes.
///
/// Its calls block, each until its deadline: call them in `onThread`. One task uses a connection at a time.
public final class LoopbackConnection: Sendable {
    private let descriptor: Int32

    /// Connects to `port`.
    ///
    /// - Throws: `SocketFailure`, `ETIMEDOUT` when the deadline passed.
    public init(to port: Int, deadline: Deadline = .after(.seconds(5))) throws(SocketFailure) {
        let descriptor = try LoopbackSocket.make(isBlocking: false)
        self.descriptor = descriptor
        let result = LoopbackSocket.withAddress(port) { connect(descriptor, $0, $1) }
        if result == 0 { return }
        guard errno == EINPROGRESS else { throw SocketFailure("connect to \(port)") }
        try self.wait(for: POLLOUT, deadline, "connect to \(port)")
        var number: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &length)
        guard number == 0 else { throw SocketFailure("connect to \(port)", number: number) }
    }

    deinit {
        Glibc.close(self.descriptor)
    }

    /// Sends all of `bytes`.
    ///
    /// - Throws: `SocketFailure`, `ETIMEDOUT` when the deadline passed.
    public func send(_ bytes: some Sequence<UInt8>, deadline: Deadline = .after(.seconds(5))) throws(SocketFailure) {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(self.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                try self.wait(for: POLLOUT, deadline, "send")
            } else if errno != EINTR {
                throw SocketFailure("send")
            }
        }
    }

    /// The next bytes as they arrive, at most `countMax`; empty when the peer has ended its side.
    ///
    /// - Throws: `SocketFailure`: `ECONNRESET` for a reset, `ETIMEDOUT` when the deadline passed.
    public func receive(
        atMost countMax: Int = 65_536,
        deadline: Deadline = .after(.seconds(5))
    ) throws(SocketFailure) -> [UInt8] {
        while true {
            var number: Int32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: countMax) { buffer, count in
                let result = recv(self.descriptor, buffer.baseAddress, buffer.count, 0)
                number = result < 0 ? errno : 0
                count = max(0, result)
            }
            if number == 0 { return bytes }
            guard number == EAGAIN || number == EINTR else { throw SocketFailure("receive", number: number) }
            try self.wait(for: POLLIN, deadline, "receive")
        }
    }

    /// Bytes until there are `count` or the peer has ended its side.
    ///
    /// - Throws: as `receive(atMost:deadline:)`.
    public func receive(
        exactly count: Int,
        deadline: Deadline = .after(.seconds(5))
    ) throws(SocketFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let more = try self.receive(atMost: count - bytes.count, deadline: deadline)
            if more.isEmpty { break }
            bytes += more
        }
        return bytes
    }

    /// Ends this side; the peer may go on.
    public func endSending() {
        shutdown(self.descriptor, Int32(SHUT_WR))
    }

    private func wait(for event: Int32, _ deadline: Deadline, _ call: String) throws(SocketFailure) {
        var poll = pollfd(fd: self.descriptor, events: Int16(truncatingIfNeeded: event), revents: 0)
        while true {
            let result = Glibc.poll(&poll, 1, deadline.remainingMilliseconds)
            if result > 0 { return }
            guard result < 0, errno == EINTR else { throw SocketFailure(call, number: ETIMEDOUT) }
        }
    }
}
