import CMongoc
import Glibc
import Synchronization

/// Has libmongoc look at the servers at once while calls wait for one, on a thread of its own.
///
/// By themselves its monitors look every ten seconds. They look earlier when somebody is inside libmongoc's own search,
/// which cannot be broken off; so nobody is but this thread.
final class ServerSearch: Sendable {
    private static let pauseMicroseconds: UInt32 = 10_000
    private let isRunning = Atomic(false)

    /// Whether the thread has ended, or was never started.
    var hasEnded: Bool {
        !self.isRunning.load(ordering: .acquiring)
    }

    /// Starts the thread, which ends when the gate is closed.
    ///
    /// - Parameters:
    ///   - pool: where the thread takes a client that it does not send anything with.
    ///   - gate: where calls wait.
    ///   - ended: runs at the end.
    /// - Returns: `false` when the system has no thread left.
    func start(_ pool: MongocPool, _ gate: TopologyGate, ended: @escaping @Sendable () -> Void) -> Bool {
        self.isRunning.store(true, ordering: .releasing)
        let isStarted = MongoThread.start(name: "mongo-search") {
            Self.run(pool, gate)
            self.isRunning.store(false, ordering: .releasing)
            ended()
        }
        if !isStarted {
            self.isRunning.store(false, ordering: .releasing)
        }
        return isStarted
    }

    private static func run(_ pool: MongocPool, _ gate: TopologyGate) {
        // The first client of a pool starts its monitors.
        guard let client = pool.popForSearch() else { return }
        defer { pool.push(client) }
        while !gate.isShut {
            let count = gate.asked.count
            while gate.hasWaiters, !gate.isShut {
                var error = bson_error_t()
                // At most one second; what it finds, the gate learns from the monitors.
                if let server = mongoc_client_select_server(client, true, nil, &error) {
                    mongoc_server_description_destroy(server)
                }
                usleep(self.pauseMicroseconds)
            }
            gate.asked.wait(past: count, until: nil)
        }
    }
}
