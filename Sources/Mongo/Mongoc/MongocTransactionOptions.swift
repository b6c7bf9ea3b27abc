import CMongoc
import ServerRuntime

/// Sole owner of a `mongoc_transaction_opt_t`.
struct MongocTransactionOptions: ~Copyable {
    let raw: OpaquePointer?

    /// - Parameters:
    ///   - options: the options.
    ///   - commitTimeMax: how long the server may work on a commit, if `options` does not say.
    /// - Throws: `.invalidArgument` when libmongoc has no memory; `.invalidDocument` for tags that cannot be sent.
    init(_ options: MongoTransactionOptions, commitTimeMax: Duration) throws(MongoError) {
        let raw = mongoc_transaction_opts_new()
        self.raw = raw
        let time = (options.commitTimeMax ?? commitTimeMax).milliseconds(rounding: .up)
        mongoc_transaction_opts_set_max_commit_time_ms(raw, Int64(max(1, time)))
        if let concern = options.readConcern {
            let readConcern = try MongocReadConcern(concern)
            mongoc_transaction_opts_set_read_concern(raw, readConcern.raw)
        }
        if let concern = options.writeConcern {
            let writeConcern = try MongocWriteConcern(concern)
            mongoc_transaction_opts_set_write_concern(raw, writeConcern.raw)
        }
        if let preference = options.readPreference {
            let readPreference = try MongocReadPreference(preference)
            mongoc_transaction_opts_set_read_prefs(raw, readPreference.raw)
        }
    }

    deinit {
        mongoc_transaction_opts_destroy(self.raw)
    }
}
