import Glibc

/// TCP ports of this machine.
public enum LoopbackPort {
    /// Whether something accepts connections on `port`.
    public static func accepts(_ port: Int) -> Bool {
        guard let descriptor = try? LoopbackSocket.make(isBlocking: true) else { return false }
        defer { close(descriptor) }
        return LoopbackSocket.withAddress(port) { connect(descriptor, $0, $1) } == 0
    }

    /// A port that nothing listens on at the moment.
    public static func free() -> Int {
        guard let descriptor = try? LoopbackSocket.make(isBlocking: true) else { return 0 }
        defer { close(descriptor) }
        guard LoopbackSocket.withAddress(0, { bind(descriptor, $0, $1) }) == 0 else { return 0 }
        return LoopbackSocket.port(of: descriptor)
    }
}
