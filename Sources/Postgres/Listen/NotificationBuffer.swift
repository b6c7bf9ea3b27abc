/// The events that a listener has not taken; bounded.
///
/// When it is full the oldest event gives way. What was dropped is told first, as one event: those that are left are newer.
struct NotificationBuffer {
    private let capacity: Int
    private var events = FIFO<PostgresNotificationEvent>()
    private var missedCount = 0
    /// A `.reconnected` was dropped.
    private var hasMissedReconnection = false

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    var isEmpty: Bool { self.events.isEmpty && self.missedCount == 0 && !self.hasMissedReconnection }

    mutating func append(_ event: PostgresNotificationEvent) {
        if self.events.count == self.capacity, let oldest = self.events.popFirst() {
            switch oldest {
            case .notification: self.missedCount += 1
            case .missed(let count): self.missedCount += count
            case .reconnected: self.hasMissedReconnection = true
            }
        }
        self.events.append(event)
    }

    mutating func popFirst() -> PostgresNotificationEvent? {
        if self.missedCount > 0 {
            defer { self.missedCount = 0 }
            return .missed(count: self.missedCount)
        }
        if self.hasMissedReconnection {
            self.hasMissedReconnection = false
            return .reconnected
        }
        return self.events.popFirst()
    }
}
