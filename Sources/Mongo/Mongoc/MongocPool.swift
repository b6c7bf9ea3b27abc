import CMongoc
import Synchronization

/// Owner of a `mongoc_client_pool_t`.
///
/// The pool is thread safe (libmongoc manual, "Connection Pooling"), hence unchecked; `raw` does not change.
final class MongocPool: @unchecked Sendable {
    private let raw: OpaquePointer
    private let isClosed = Atomic(false)

    /// Creates the pool; it connects when a client is taken for the first time.
    ///
    /// - Throws: `.invalidConfiguration`, without the connection string in the text.
    init(_ configuration: MongoConfiguration) throws(MongoError) {
        let uri = try MongocURI(parsing: configuration.uri)
        try uri.apply(configuration)
        guard MongocLibrary.isReady, let raw = uri.makePool() else {
            throw MongoError(.invalidConfiguration, "libmongoc cannot use the connection string")
        }
        mongoc_client_pool_set_error_api(raw, 2)
        if !configuration.applicationName.isEmpty {
            mongoc_client_pool_set_appname(raw, configuration.applicationName)
        }
        self.raw = raw
    }

    // A pool that never ran has no monitor threads to wait for, so this does not block.
    deinit {
        self.close()
    }

    /// Takes a client out; nil when all are taken, which the number of threads excludes.
    func pop() -> OpaquePointer? {
        mongoc_client_pool_try_pop(self.raw)
    }

    func push(_ client: OpaquePointer) {
        mongoc_client_pool_push(self.raw, client)
    }

    /// Closes all connections and waits for libmongoc's threads, so it blocks.
    ///
    /// All clients must be back.
    func close() {
        guard self.isClosed.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged else {
            return
        }
        mongoc_client_pool_destroy(self.raw)
    }
}
