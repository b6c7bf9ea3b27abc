package import IMStorage

/// What the history knows of a conversation that the transfer has not in memory.
package struct ConversationOpening: Sendable {
    package let head: ConversationHead
    /// The newest messages that it has, any number of them.
    package let newest: [KnownMessage]

    package init(head: ConversationHead, newest: [KnownMessage]) {
        self.head = head
        self.newest = newest
    }
}
