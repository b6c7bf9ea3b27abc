import CMongoc

/// A pointer to a `mongoc_client_session_t`, which is used on the thread of its client's call only.
///
/// Whoever holds the client's lease holds the session too, and a lease runs one call at a time: hence unchecked.
struct MongocSession: @unchecked Sendable {
    let raw: OpaquePointer
    /// The number by which options name the session to libmongoc.
    let optionValue: Int64

    /// Starts a session of `client`.
    ///
    /// - Throws: `.server` when the deployment has no sessions.
    init(on client: borrowing MongocClient, _ options: MongoSessionOptions) throws(MongoError) {
        let settings = mongoc_session_opts_new()
        defer { mongoc_session_opts_destroy(settings) }
        if options.snapshot {
            mongoc_session_opts_set_snapshot(settings, true)
        } else {
            mongoc_session_opts_set_causal_consistency(settings, options.causalConsistency)
        }
        var error = bson_error_t()
        guard let raw = mongoc_client_start_session(client.raw, settings, &error) else {
            throw MongoError(error, isWrite: false)
        }
        let option = BSONReply()
        guard mongoc_client_session_append(raw, option.raw, &error), let value = option.document["sessionId"] else {
            mongoc_client_session_destroy(raw)
            throw MongoError(error, isWrite: false)
        }
        self.raw = raw
        self.optionValue = Int64.decode(value) ?? 0
    }

    /// Ends the session, which aborts a transaction that is open.
    ///
    /// Sends to the server, so it blocks.
    func destroy() {
        mongoc_client_session_destroy(self.raw)
    }
}
