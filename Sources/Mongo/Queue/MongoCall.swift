import ServerRuntime

/// A call of a task that waits for a thread, or is on one.
struct MongoCall: Sendable {
    /// When the task has to have its answer.
    let deadline: Deadline
    /// Whether the call changes data, so that giving up on it leaves its outcome open.
    let isWrite: Bool
    /// Does the work on the thread and keeps the answer for the task.
    ///
    /// Ends by libmongoc's own timeouts.
    let run: @Sendable () -> Void
    /// Gives the task an error instead.
    ///
    /// The first answer counts.
    let fail: @Sendable (MongoError) -> Void
}
