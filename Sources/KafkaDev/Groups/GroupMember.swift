import NIOCore

/// A member of a consumer group.
struct GroupMember {
    /// Its id, given by the coordinator.
    var id: String
    /// The name of a static member, which outlives its id.
    var instance: String?
    var clientID: String
    var clientHost: String
    var sessionTimeoutMilliseconds: Int64
    var rebalanceTimeoutMilliseconds: Int64
    var protocolType: String
    /// What it could work with, best first.
    var protocols: [JoinGroupAPI.NamedProtocol]
    /// The last generation that an answer told it; negative before the first.
    var generation: Int32 = -1
    /// What the leader gave it.
    var assignment = ByteBuffer()
    /// The request of it that waits for the others.
    var waitingJoin: GroupRequestID?
    var waitingSync: GroupRequestID?
    /// When it counts as dead, in milliseconds of the group's clock; ignored while one of its requests waits.
    var expiry: Int64

    /// Whether one of its requests waits; it then need not send heartbeats.
    var isWaiting: Bool {
        self.waitingJoin != nil || self.waitingSync != nil
    }

    /// What it said to the protocol `name`.
    func metadata(_ name: String?) -> ByteBuffer {
        self.protocols.first { $0.name == name }?.metadata ?? ByteBuffer()
    }
}
