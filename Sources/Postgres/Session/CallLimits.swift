import ServerRuntime

/// The bounds of one call.
struct CallLimits: Sendable {
    var deadline: Deadline
    /// Upper bound of the rows of an answer.
    var rowsMax: Int
    /// True for COMMIT, and for the clean-up that has to happen in a cancelled task as well.
    var ignoresCancellation = false
}
