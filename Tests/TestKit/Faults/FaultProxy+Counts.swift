extension FaultProxy {
    /// What a proxy has done since it began.
    public struct Counts: Sendable, Hashable {
        /// Connections that clients made and the proxy accepted, refused ones too.
        public var accepted = 0
        /// Of these, those that were refused.
        public var refused = 0
        /// Connections that are open now.
        public var open = 0
        /// Connections that a fault cut or reset.
        public var broken = 0
        /// Bytes delivered to the server.
        public var requestBytes = 0
        /// Bytes delivered to clients.
        public var replyBytes = 0
    }
}
