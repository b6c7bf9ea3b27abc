import CMongoc
import Synchronization

/// Sole owner of a `mongoc_client_pool_t`.
///
/// The pool is thread safe (libmongoc manual, "Connection Pooling"), hence unchecked; `raw` does not change.
final class MongocPool: @unchecked Sendable {
    private let raw: OpaquePointer
    /// Called by the pool's threads, so it lives as long as they do.
    private let monitor: MongoMonitor
    private let isClosed = Atomic(false)

    /// Creates the pool; it connects when a client is taken for the first time.
    ///
    /// Looks up the servers of a `mongodb+srv` string, so it blocks.
    ///
    /// - Throws: `.invalidConfiguration`, without the connection string in the text.
    init(_ uri: borrowing MongocURI, applicationName: String, monitor: MongoMonitor) throws(MongoError) {
        self.raw = try uri.makePool()
        self.monitor = monitor
        mongoc_client_pool_set_error_api(self.raw, MONGOC_ERROR_API_VERSION_2)
        if !applicationName.isEmpty {
            mongoc_client_pool_set_appname(self.raw, applicationName)
        }
        monitor.install(on: self.raw)
    }

    // It blocks, so it is a step of its own at the end of `run()`.
    deinit {
        precondition(self.isClosed.load(ordering: .relaxed), "a mongoc_client_pool_t was dropped without close()")
    }

    /// Closes all connections and waits for libmongoc's threads, so it blocks; all clients must be back.
    func close() {
        guard self.isClosed.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged else {
            return
        }
        mongoc_client_pool_destroy(self.raw)
    }

    /// Takes a client out and makes its connections ours; `nil` when all are taken.
    func pop(_ control: StreamControl) -> OpaquePointer? {
        guard let client = mongoc_client_pool_try_pop(self.raw) else { return nil }
        StreamInitiator.install(on: client, control: control)
        return client
    }

    /// Takes out the one client more than `connectionsMax` that looks for servers and never connects.
    func popForSearch() -> OpaquePointer? {
        mongoc_client_pool_try_pop(self.raw)
    }

    func push(_ client: OpaquePointer) {
        mongoc_client_pool_push(self.raw, client)
    }
}
