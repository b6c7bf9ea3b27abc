import Synchronization

/// A value that the tasks of a test share.
final class Shared<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>

    init(_ value: Value) {
        self.mutex = Mutex(value)
    }

    /// The value now.
    var value: Value { self.mutex.withLock { $0 } }

    /// Changes the value as one step.
    func change(_ body: (inout Value) -> Void) {
        self.mutex.withLock { value in body(&value) }
    }
}
