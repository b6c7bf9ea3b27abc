import Synchronization

/// A name resolution under way on a thread of its own, because `getaddrinfo` blocks and cannot be cancelled.
///
/// A client has at most one that it waits for. One that was given up ends by the resolver's own timeout, and its result
/// is dropped.
final class AddressResolution: Sendable {
    typealias Outcome = Result<[SocketAddress], RedisError>

    private let result = Mutex<Outcome?>(nil)

    /// The addresses, once they are known.
    var outcome: Outcome? { self.result.withLock { $0 } }

    /// Starts to resolve; `notify` is called at the end, unless the outcome is known at once.
    init(_ endpoint: RedisEndpoint, notify: @escaping @Sendable () -> Void) {
        let (host, port) = (endpoint.host, endpoint.port)
        // An address needs no resolver, and so no thread. If it is a name, the thread below says what is wrong with it.
        if let addresses = try? SocketAddress.resolve(host: host, port: port, isNumeric: true) {
            self.result.withLock { $0 = .success(addresses) }
            return
        }
        let started = IOThread.start(name: "redis-resolve") { [self] in
            let outcome: Outcome
            do throws(RedisError) {
                outcome = .success(try SocketAddress.resolve(host: host, port: port, isNumeric: false))
            } catch {
                outcome = .failure(error)
            }
            self.result.withLock { $0 = outcome }
            notify()
        }
        if !started {
            self.result.withLock { $0 = .failure(RedisError(.system, "cannot start a thread to resolve \(host)")) }
        }
    }
}
