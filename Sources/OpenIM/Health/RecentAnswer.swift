/// Keeps an answer for a while, so that many who ask at once cost one look.
actor RecentAnswer<Value: Sendable> {
    private let lifetime: Duration
    private var look: (task: Task<Value, Never>, until: ContinuousClock.Instant)?

    init(lifetime: Duration) {
        self.lifetime = lifetime
    }

    /// The kept answer, or that of `make` when there is none that is young enough.
    func get(_ make: @escaping @Sendable () async -> Value) async -> Value {
        if let look = self.look, look.until > .now { return await look.task.value }
        let task = Task { await make() }
        self.look = (task, .now.advanced(by: self.lifetime))
        return await task.value
    }
}
