import Redis

/// The Swift side: tasks that each wait for their reply before they send their next command.
struct RedisCallers: Sendable {
    /// Makes one call for the key of a caller, and checks its reply.
    typealias Call = @Sendable (RedisClient, String) async throws -> Void

    let redis: RedisClient
    let callers: Int
    let callsEach: Int
    let call: Call

    /// Lets all callers make their calls.
    ///
    /// - Parameter executor: where the tasks run; `nil` for the default executor.
    /// - Returns: what it took.
    /// - Throws: the error of the first call that failed.
    func run(on executor: (any TaskExecutor)?) async throws -> Effort {
        try await Effort.of(self.callers * self.callsEach) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for caller in 0..<self.callers {
                    group.addTask(executorPreference: executor) {
                        let key = "bench:\(caller)"
                        for _ in 0..<self.callsEach { try await self.call(self.redis, key) }
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
