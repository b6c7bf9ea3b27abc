import Synchronization

/// Repeats `step` in so many tasks for as long as `body` takes; all tasks have ended on return.
///
/// - Parameters:
///   - taskCount: how many tasks.
///   - step: gets the number of its task, from 0.
///   - body: what happens meanwhile.
/// - Returns: what `body` returns.
/// - Throws: what `body` throws.
@discardableResult func withLoad<Result: Sendable>(
    _ taskCount: Int,
    _ step: @escaping @Sendable (Int) async -> Void,
    while body: () async throws -> Result
) async throws -> Result {
    let isOver = LoadEnd()
    return try await withThrowingTaskGroup(of: Void.self) { group in
        for task in 0..<taskCount {
            group.addTask {
                while !isOver.isReached {
                    await step(task)
                    // A step that does not wait would keep everybody else off the processor.
                    await Task.yield()
                }
            }
        }
        defer { isOver.reach() }
        let result = try await body()
        isOver.reach()
        try await group.waitForAll()
        return result
    }
}

/// Tells the tasks of a load to end.
private final class LoadEnd: Sendable {
    private let flag = Atomic<Bool>(false)

    var isReached: Bool { self.flag.load(ordering: .relaxed) }

    func reach() { self.flag.store(true, ordering: .relaxed) }
}
