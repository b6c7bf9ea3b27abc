import Glibc

/// Calls about TCP sockets of 127.0.0.1 that need an address.
enum LoopbackSocket {
    /// Calls `body` with the address of `port`.
    static func withAddress<Result>(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// A new socket that child processes do not inherit.
    static func make(isBlocking: Bool) throws(SocketFailure) -> Int32 {
        let type = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | (isBlocking ? 0 : SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_INET, Int32(type), 0)
        guard descriptor >= 0 else { throw SocketFailure("socket") }
        self.setOption(descriptor, level: Int32(IPPROTO_TCP), TCP_NODELAY, to: Int32(1))
        return descriptor
    }

    /// A listening socket that does not block; port 0 lets the system choose.
    static func listen(on port: Int = 0, backlog: Int32 = 1_024) throws(SocketFailure) -> Int32 {
        let descriptor = try self.make(isBlocking: false)
        self.setOption(descriptor, level: SOL_SOCKET, SO_REUSEADDR, to: Int32(1))
        let isListening =
            self.withAddress(port) { bind(descriptor, $0, $1) } == 0 && Glibc.listen(descriptor, backlog) == 0
        guard isListening else {
            let failure = SocketFailure("listen on \(port)")
            Glibc.close(descriptor)
            throw failure
        }
        return descriptor
    }

    /// The port that a socket is bound to; 0 for none.
    static func port(of descriptor: Int32) -> Int {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return result == 0 ? Int(UInt16(bigEndian: address.sin_port)) : 0
    }

    /// Sets an option whose failure does not matter.
    static func setOption<Value: BitwiseCopyable>(_ descriptor: Int32, level: Int32, _ name: Int32, to value: Value) {
        withUnsafeBytes(of: value) {
            _ = setsockopt(descriptor, level, name, $0.baseAddress, socklen_t($0.count))
        }
    }

    /// Closes so that the peer gets a reset instead of an end.
    static func reset(_ descriptor: Int32) {
        self.setOption(descriptor, level: SOL_SOCKET, SO_LINGER, to: linger(l_onoff: 1, l_linger: 0))
        Glibc.close(descriptor)
    }

    /// Makes `descriptor` non-blocking and keeps it from child processes.
    static func prepare(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }
}
