public import Synchronization

/// One part of a local cache: its state and the lock around it.
///
/// The padding keeps the lock's cache line to itself, whatever lies in memory before and behind the object.
@usableFromInline
final class LocalCacheSlot<Value: Sendable>: Sendable {
    private let front: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0)
    @usableFromInline let state: Mutex<LocalCacheSlotState<Value>>

    init(capacity: Int) {
        self.state = Mutex(LocalCacheSlotState(capacity: capacity))
    }
}
