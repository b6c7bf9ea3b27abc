/// The time, injected so that tests can set it.
struct ClusterClock: Sendable {
    /// The time now.
    let now: @Sendable () -> ContinuousClock.Instant
    /// Waits until then, or returns early when the task is cancelled.
    let sleep: @Sendable (ContinuousClock.Instant) async -> Void

    /// The system's clock.
    static let system = ClusterClock(
        now: { .now },
        sleep: { instant in
            // Cancellation ends the sleep; whoever sleeps looks at it afterwards.
            try? await Task.sleep(until: instant, clock: .continuous)
        }
    )
}
