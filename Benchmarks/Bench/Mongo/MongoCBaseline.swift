import CMongoBaseline

/// The calls in C: a pool of libmongoc's clients.
///
/// Unchecked: the pool may be used by any thread, and is closed when nobody has this object any more.
final class MongoCBaseline: @unchecked Sendable {
    /// The version of libmongoc that this program runs with.
    static var version: String { String(cString: mongo_baseline_version()) }

    private let pool: OpaquePointer

    /// - Throws: `BenchFailure` when the URI is none.
    init(_ server: MongoServer, collection: String, clients: Int) throws(BenchFailure) {
        var outcome = mongo_baseline_outcome()
        let pool = mongo_baseline_open(
            server.uri,
            MongoServer.database,
            collection,
            Int32(clamping: clients),
            &outcome
        )
        guard let pool else { throw BenchFailure("C: \(outcome.message)") }
        self.pool = pool
    }

    deinit {
        mongo_baseline_close(self.pool)
    }

    /// Makes the calls, on threads of C's own.
    func call(_ load: MongoLoad) async throws -> Effort {
        try await onThread { [self] in
            var outcome = mongo_baseline_outcome()
            var raw = mongo_baseline_load(
                work: load.work.raw,
                callers: Int32(clamping: load.callers),
                calls_each: load.callsEach,
                batch: Int32(clamping: load.batch),
                keys: load.keys
            )
            let isFine = mongo_baseline_call(self.pool, &raw, &outcome)
            return try outcome.effort(isFine, load.calls)
        }
    }
}

extension mongo_baseline_outcome {
    /// Why it failed.
    var message: String {
        withUnsafeBytes(of: self.error) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// What it took, for so many calls.
    ///
    /// - Throws: why it failed.
    func effort(_ isFine: Bool, _ calls: Int) throws(BenchFailure) -> Effort {
        guard isFine else { throw BenchFailure("C: \(self.message)") }
        return Effort(calls: calls, seconds: self.seconds, processorSeconds: self.processor_seconds)
    }
}
