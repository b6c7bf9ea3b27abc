import CMongoc
import ServerRuntime

/// Sole owner of a `mongoc_write_concern_t`.
struct MongocWriteConcern: ~Copyable {
    let raw: OpaquePointer

    /// - Throws: `.invalidArgument` when libmongoc has no memory.
    init(_ concern: MongoWriteConcern) throws(MongoError) {
        guard let raw = mongoc_write_concern_new() else {
            throw MongoError(.invalidArgument, "libmongoc has no memory for a write concern")
        }
        self.raw = raw
        let timeout = concern.timeout.milliseconds(rounding: .up)
        switch concern.acknowledgement {
        case .majority: mongoc_write_concern_set_wmajority(raw, timeout)
        case .members(let count):
            mongoc_write_concern_set_w(raw, max(1, count))
            mongoc_write_concern_set_wtimeout_int64(raw, Int64(timeout))
        }
        mongoc_write_concern_set_journal(raw, concern.journal)
    }

    deinit {
        mongoc_write_concern_destroy(self.raw)
    }
}
