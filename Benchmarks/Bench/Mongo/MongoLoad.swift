import CMongoBaseline

/// Who calls what, how often.
struct MongoLoad: Sendable {
    /// What a caller does in a call.
    enum Work: String, CaseIterable {
        /// Builds `batch` messages with a new `_id` each and inserts them.
        case insert = "insert-many"
        /// Asks for the message of one `_id` and reads every field.
        case find
        /// Sets two fields of `batch` messages, each by its `_id`, in an ordered bulk.
        case update = "bulk-update"

        var raw: mongo_baseline_work {
            switch self {
            case .insert: mongo_baseline_insert
            case .find: mongo_baseline_find
            case .update: mongo_baseline_update
            }
        }
    }

    var work: Work
    var callers: Int
    var callsEach: Int
    /// Messages of a call that has several.
    var batch: Int
    /// The `_id` of messages that exist are 1 to this.
    var keys: Int64

    var calls: Int { self.callers * self.callsEach }
}
