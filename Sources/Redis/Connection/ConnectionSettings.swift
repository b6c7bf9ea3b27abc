import Logging
import OpenSSL
import Synchronization

/// What the connections of a client have in common.
struct ConnectionSettings: Sendable {
    let configuration: RedisConfiguration
    let loop: RedisEventLoop
    let logger: Logger
    let metrics: RedisMetrics
    /// The connections made so far, over all shared ones.
    let generations: ConnectionGenerations
    /// Reads the certificates at the start of the client.
    let tls: TLSContextHolder
    /// Whether a server that is not a master counts as out of reach.
    var requiresMaster = false
    /// Is called when a connection is lost or cannot be made, on the loop's thread.
    var connectionLost: (@Sendable () -> Void)?
}

/// The TLS context of a client: made when the client starts, because it reads files.
final class TLSContextHolder: Sendable {
    private let context = Mutex<TLSContext?>(nil)

    /// The context; `nil` without TLS.
    var current: TLSContext? { self.context.withLock { $0 } }

    /// Reads the files that `configuration` names, on a thread of its own.
    ///
    /// - Throws: `.invalidArgument` with the setting or file at fault.
    func load(_ configuration: TLSConfiguration) async throws(RedisError) {
        typealias Waiter = CheckedContinuation<Result<TLSContext, RedisError>, Never>
        let result = await withCheckedContinuation { (done: Waiter) in
            let isStarted = IOThread.start(name: "redis-tls") {
                do throws(OpenSSLError) {
                    done.resume(returning: .success(try TLSContext(configuration)))
                } catch {
                    done.resume(returning: .failure(RedisError(.invalidArgument, error.message, cause: error)))
                }
            }
            if !isStarted { done.resume(returning: .failure(RedisError(.system, "no thread left"))) }
        }
        let context = try result.get()
        self.context.withLock { $0 = context }
    }
}
