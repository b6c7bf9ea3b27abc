/// What a call ends with.
enum CallOutcome: Sendable {
    /// The answer to one statement.
    case result(PGResultHandle)
    /// An answer for each statement.
    case results([PGResultHandle])
    /// A number of rows, or 0 where there is nothing to say.
    case count(Int)
    case lease(LeaseID)
    case rows(RowBatch)
    case copyBegan(CopyStart)
    case copied(CopyChunk)
    case notifications(NotificationBatch)
    case failure(CallFailure)
}

/// An error in a box: `PostgresError` is large, and each waiting call has room for an outcome.
final class CallFailure: Sendable {
    let error: PostgresError

    init(_ error: PostgresError) {
        self.error = error
    }
}

/// Rows of a stream.
struct RowBatch: Sendable {
    /// One row in each.
    var results: [PGResultHandle]
    /// No row follows.
    var isLast: Bool
}

/// What the server says at the start of a COPY.
struct CopyStart: Sendable {
    var isBinary: Bool
    var columnCount: Int
}

/// A piece of a COPY TO STDOUT: whole messages of the server, each of which is a row in text format.
struct CopyChunk: Sendable {
    var bytes: [UInt8] = []
    /// Where each message ends in `bytes`.
    var ends: [Int] = []
    /// Nothing follows.
    var isLast = false
}

/// A message on a channel.
struct PGNotification: Sendable, Hashable {
    var channel: String
    var payload: String
    /// The process id of the server's session that sent it.
    var sender: Int32
}

/// Messages that have come since the last batch.
struct NotificationBatch: Sendable {
    var notifications: [PGNotification]
    /// Messages after these that were dropped, since nobody fetched what was there.
    var droppedCount: Int
}

/// Who waits for the outcome of a call.
///
/// Unsafe because a checked continuation costs an allocation per call; `PGCall` gives each one out exactly once.
typealias CallWaiter = UnsafeContinuation<CallOutcome, Never>

/// A call that ends, to be resumed when the thread has done the rest of its turn.
struct CallCompletion {
    let waiter: CallWaiter
    let outcome: CallOutcome
}
