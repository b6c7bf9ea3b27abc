import NIOCore

/// A group with its timer.
///
/// Belongs to the broker's loop.
final class GroupEntry {
    var group: ConsumerGroup
    var timer: Scheduled<Void>?
    /// When the timer fires, in milliseconds of the group's clock.
    var timerTime: Int64 = 0

    init(_ group: ConsumerGroup) {
        self.group = group
    }
}
