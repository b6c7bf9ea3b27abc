import Glibc
import Synchronization

/// A TCP proxy on loopback that makes a network misbehave, for tests of drivers and servers.
///
/// One thread carries all connections. Faults may be switched from any task at any moment; what arrives at the proxy
/// after `apply` has returned is treated by the new rule. `close()` ends the thread and every connection.
public final class FaultProxy: Sendable {
    /// How many connections are open at the most, unless the initialiser says otherwise; more stay unaccepted.
    public static let connectionsMaxDefault = 4_096

    /// Where clients connect.
    public let port: Int
    private let control: FaultProxyControl
    private let thread: JoinableThread

    /// Starts to forward to `targetPort` of this machine.
    ///
    /// Nobody needs to listen there: a client is then accepted and reset.
    ///
    /// - Throws: `SocketFailure` when the system refuses a socket or a thread.
    public init(to targetPort: Int, connectionsMax: Int = FaultProxy.connectionsMaxDefault) throws(SocketFailure) {
        let control = try FaultProxyControl(targetPort: targetPort)
        let listener = try LoopbackSocket.listen()
        self.port = LoopbackSocket.port(of: listener)
        self.control = control
        do throws(SocketFailure) {
            self.thread = try JoinableThread {
                var loop = FaultProxyLoop(control: control, listener: listener, connectionsMax: connectionsMax)
                loop.run()
            }
        } catch {
            Glibc.close(listener)
            throw error
        }
    }

    deinit {
        self.close()
    }

    /// Runs `body` with a new proxy and closes it afterwards.
    ///
    /// - Throws: what `body` throws, or `SocketFailure`.
    public static func with<Result>(
        to targetPort: Int,
        _ body: (FaultProxy) async throws -> Result
    ) async throws -> Result {
        let proxy = try FaultProxy(to: targetPort)
        defer { proxy.close() }
        return try await body(proxy)
    }

    /// Begins a fault, in addition to those of other kinds; a second one of the same kind and direction replaces it.
    public func apply(_ fault: Fault) {
        self.control.apply(fault)
    }

    /// Ends all faults: what was held back is delivered, and new connections are accepted.
    public func heal() {
        self.control.heal()
    }

    /// Cuts the connection that carries the `count`th byte of replies from now, once, right behind that byte.
    ///
    /// With 0 the next reply is lost as a whole.
    public func cut(afterReplyBytes count: Int) {
        self.apply(.cut(afterBytes: count, of: .replies))
    }

    /// Cuts the connection that carries the `count`th byte of requests from now, once, right behind that byte.
    public func cut(afterRequestBytes count: Int) {
        self.apply(.cut(afterBytes: count, of: .requests))
    }

    /// What has passed so far.
    public var counts: Counts {
        self.control.counts
    }

    /// Closes all connections and the port, and waits for the thread, which takes milliseconds; once is enough.
    public func close() {
        self.control.close()
        self.thread.join()
    }
}
