@testable import IMWorkers

/// A process of the model: it can be killed, and what it has under way then may take effect later.
///
/// Not checked: everything of the model runs on one thread.
final class ModelProcess: @unchecked Sendable {
    let name: String
    let pinned = PinnedMessages()
    private(set) var isKilled = false
    private var tasks: [Task<Void, Never>] = []

    init(name: String) {
        self.name = name
    }

    func host(_ task: Task<Void, Never>) {
        self.tasks.append(task)
    }

    func kill() {
        self.isKilled = true
        for task in self.tasks { task.cancel() }
    }
}
