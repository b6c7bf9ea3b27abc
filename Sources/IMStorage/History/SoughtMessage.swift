/// A message that may have been stored before, and where to look for it.
package struct SoughtMessage: Sendable, Hashable {
    package let conversationID: String
    package let identity: MessageIdentity
    /// When its sender made it (ms); a message that is sent again still has the same one.
    package let createTime: Int64

    package init(conversationID: String, identity: MessageIdentity, createTime: Int64) {
        self.conversationID = conversationID
        self.identity = identity
        self.createTime = createTime
    }
}
