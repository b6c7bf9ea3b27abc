import Synchronization

/// What a schedule has shown to be wrong.
final class Violations: Sendable {
    private let schedule: Schedule
    private let texts = Mutex<[String]>([])

    init(_ schedule: Schedule) {
        self.schedule = schedule
    }

    var all: [String] { self.texts.withLock { $0 } }

    func add(_ text: String) {
        guard !self.schedule.isOver else { return }
        self.schedule.note("VIOLATION \(text)")
        self.texts.withLock { $0.append(text) }
    }
}
