/// How much the transfers of a process keep in memory.
package struct TransferLimits: Sendable {
    /// Messages by which a conversation recognises repeats; older ones are looked up in the history.
    package var windowMax = 1000
    /// Conversations in all partitions of the process; those used longest ago go first.
    package var conversationsMax = 200_000
    /// Messages in all windows of the process; the conversations used longest ago go first.
    package var messagesMax = 1_000_000
    /// Messages that the history has not passed, which cannot be dropped: beyond, partitions are paused.
    package var pinnedMax = 1_000_000

    package init() {}
}
