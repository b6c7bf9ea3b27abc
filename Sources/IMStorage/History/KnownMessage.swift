/// What a stored message is recognised by when it comes again.
package struct KnownMessage: Sendable, Hashable {
    package let identity: MessageIdentity
    package let seq: Int64
    /// When its sender made it (ms); nil when its content was deleted.
    package let createTime: Int64?

    package init(identity: MessageIdentity, seq: Int64, createTime: Int64?) {
        self.identity = identity
        self.seq = seq
        self.createTime = createTime
    }
}
