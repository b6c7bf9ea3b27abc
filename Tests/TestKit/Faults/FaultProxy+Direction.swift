extension FaultProxy {
    /// One or both directions of a connection.
    public struct Direction: OptionSet, Sendable, Hashable {
        /// The set as bits.
        public let rawValue: UInt8

        /// The set of these bits.
        public init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// From the client to the server.
        public static let requests = Direction(rawValue: 1)
        /// From the server to the client.
        public static let replies = Direction(rawValue: 2)
        /// Both.
        public static let both: Direction = [.requests, .replies]
    }
}
