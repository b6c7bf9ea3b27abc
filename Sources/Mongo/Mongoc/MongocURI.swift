import CMongoc
import ServerRuntime

/// Sole owner of a `mongoc_uri_t`.
struct MongocURI: ~Copyable {
    private let raw: OpaquePointer

    /// Parses a connection string.
    ///
    /// - Throws: `.invalidConfiguration`. The reason is left out when the string has credentials, since libmongoc may
    ///   quote them.
    init(parsing string: String) throws(MongoError) {
        var error = bson_error_t()
        guard MongocLibrary.isReady, let raw = mongoc_uri_new_with_error(string, &error) else {
            let hasCredentials = string.contains("@")
            let reason = hasCredentials ? "" : ": \(MongoError(error, isWrite: false).message)"
            throw MongoError(.invalidConfiguration, "the connection string is not valid\(reason)")
        }
        self.raw = raw
    }

    deinit {
        mongoc_uri_destroy(self.raw)
    }

    /// A pool for this connection string; the pool copies it.
    func makePool() -> OpaquePointer? {
        mongoc_client_pool_new_with_error(self.raw, nil)
    }

    /// Sets the timeouts and bounds of `configuration`, in place of any in the connection string.
    func apply(_ configuration: MongoConfiguration) throws(MongoError) {
        let options: [(String, Int32)] = [
            (MONGOC_URI_MAXPOOLSIZE, Int32(clamping: configuration.connectionsMax)),
            (MONGOC_URI_CONNECTTIMEOUTMS, max(1, configuration.connectTimeout.milliseconds())),
            (MONGOC_URI_SERVERSELECTIONTIMEOUTMS, max(1, configuration.serverSelectionTimeout.milliseconds())),
            (MONGOC_URI_SOCKETTIMEOUTMS, max(1, configuration.operationTimeout.milliseconds())),
        ]
        for (name, value) in options {
            guard mongoc_uri_set_option_as_int32(self.raw, name, value) else {
                throw MongoError(.invalidConfiguration, "the option \(name) cannot be \(value)")
            }
        }
        let concern = configuration.writeConcern
        guard let raw = mongoc_write_concern_new() else {
            throw MongoError(.invalidConfiguration, "libmongoc has no memory for a write concern")
        }
        defer { mongoc_write_concern_destroy(raw) }
        switch concern.acknowledgement {
        case .majority: mongoc_write_concern_set_wmajority(raw, concern.timeout.milliseconds())
        case .members(let count):
            mongoc_write_concern_set_w(raw, max(1, count))
            mongoc_write_concern_set_wtimeout_int64(raw, Int64(concern.timeout.milliseconds()))
        }
        mongoc_write_concern_set_journal(raw, concern.journal)
        mongoc_uri_set_write_concern(self.raw, raw)
    }
}
