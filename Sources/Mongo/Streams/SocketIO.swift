import Glibc

/// Blocking reads and writes of a socket that end at an instant.
///
/// The socket itself blocks for at most `slice` (`SO_RCVTIMEO`, `SO_SNDTIMEO`). As long as more time than that is left, a
/// read is one system call; only close to its end `poll` measures what is left.
enum SocketIO {
    /// How long one system call may take.
    static let sliceNanoseconds: Int64 = 200_000_000

    /// Sets what `receive` and `send` rely on.
    static func prepare(_ descriptor: Int32) {
        var time = timeval(tv_sec: 0, tv_usec: Int(self.sliceNanoseconds / 1_000))
        let length = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, length)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, length)
        self.set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        self.set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
        // As libmongoc has them: a peer that is gone is noticed after two to four minutes.
        self.set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPIDLE, 120)
        self.set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPINTVL, 10)
        self.set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPCNT, 9)
    }

    /// Reads what is there, at least one byte.
    ///
    /// - Returns: the number of bytes, 0 at the end of the stream, -1 with `errno`: `ETIMEDOUT` at `limit`.
    static func receive(
        _ descriptor: Int32,
        _ buffer: UnsafeMutableRawPointer,
        _ count: Int,
        until limit: MonotonicTime
    ) -> Int {
        while true {
            let left = limit.nanoseconds(since: .now)
            let isClose = left <= self.sliceNanoseconds
            if isClose, !self.wait(descriptor, for: POLLIN, nanoseconds: left) { return -1 }
            let result = recv(descriptor, buffer, count, isClose ? Int32(MSG_DONTWAIT) : 0)
            if result >= 0 { return result }
            guard errno == EAGAIN || errno == EINTR else { return -1 }
        }
    }

    /// Writes from a list of pieces.
    ///
    /// - Returns: the number of bytes, at least one, or -1 with `errno`: `ETIMEDOUT` at `limit`.
    static func send(
        _ descriptor: Int32,
        _ pieces: UnsafeMutablePointer<iovec>,
        _ count: Int,
        until limit: MonotonicTime
    ) -> Int {
        var message = msghdr()
        message.msg_iov = pieces
        message.msg_iovlen = count
        // Without a signal when the peer is gone: the signal's default ends the process.
        let flags = Int32(MSG_NOSIGNAL)
        while true {
            let left = limit.nanoseconds(since: .now)
            let isClose = left <= self.sliceNanoseconds
            if isClose, !self.wait(descriptor, for: POLLOUT, nanoseconds: left) { return -1 }
            let result = sendmsg(descriptor, &message, isClose ? flags | Int32(MSG_DONTWAIT) : flags)
            if result > 0 { return result }
            guard result < 0 else { continue }
            guard errno == EAGAIN || errno == EINTR else { return -1 }
        }
    }

    /// Opens a socket and connects it.
    ///
    /// - Returns: the socket, or -1 with `errno`: `ETIMEDOUT` at `limit`.
    static func connect(_ address: SocketAddress, until limit: MonotonicTime) -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(address.family, type, 0)
        guard descriptor >= 0 else { return -1 }
        var number: Int32 = 0
        let result = address.withPointer { Glibc.connect(descriptor, $0, $1) }
        if result != 0 {
            number = errno
            if number == EINPROGRESS || number == EINTR {
                let left = limit.nanoseconds(since: .now)
                number = self.wait(descriptor, for: POLLOUT, nanoseconds: left) ? self.error(of: descriptor) : errno
            }
        }
        guard number == 0 else {
            close(descriptor)
            errno = number
            return -1
        }
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK)
        self.prepare(descriptor)
        return descriptor
    }

    /// Whether the peer has ended the connection, or sent something that nobody asked for.
    static func isStale(_ descriptor: Int32) -> Bool {
        var byte: UInt8 = 0
        let result = recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
        return result >= 0 || (errno != EAGAIN && errno != EINTR)
    }

    /// Waits for an event; `false` with `errno` when it does not come in time.
    static func wait(_ descriptor: Int32, for event: Int32, nanoseconds: Int64) -> Bool {
        let limit = MonotonicTime(nanoseconds: MonotonicTime.now.nanoseconds &+ max(0, nanoseconds))
        var poll = pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: event), revents: 0)
        while true {
            let left = limit.nanoseconds(since: .now)
            // Rounded up, or the last millisecond would be spent in a busy loop.
            let milliseconds = left <= 0 ? 0 : min(left / 1_000_000 + 1, 3_600_000)
            let result = Glibc.poll(&poll, 1, Int32(truncatingIfNeeded: milliseconds))
            if result > 0 { return true }
            if result == 0 {
                guard left > 0 else {
                    errno = ETIMEDOUT
                    return false
                }
            } else if errno != EINTR {
                return false
            }
        }
    }

    private static func error(of descriptor: Int32) -> Int32 {
        var number: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &length)
        return number
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
