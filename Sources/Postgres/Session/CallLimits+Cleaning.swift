import ServerRuntime

extension CallLimits {
    private static let cleaningMax = Duration.seconds(5)
    private static let cleaningMin = Duration.milliseconds(200)

    /// The bounds for ending what a call leaves behind: within its deadline as far as possible, also in a cancelled task.
    ///
    /// Whatever does not end by then is ended when the session is given back.
    var forCleaning: CallLimits {
        let deadline = max(min(self.deadline, .after(Self.cleaningMax)), .after(Self.cleaningMin))
        return CallLimits(deadline: deadline, rowsMax: 1, ignoresCancellation: true)
    }
}
