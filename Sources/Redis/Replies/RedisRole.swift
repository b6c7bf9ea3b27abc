/// What a server is to others.
public enum RedisRole: RedisReply, Hashable {
    /// A master with its replicas; `offset` counts the bytes that it has sent to them.
    case master(offset: Int64, replicas: [Replica])
    /// A replica of the master at `host` and `port`; `offset` counts the bytes that it has received.
    ///
    /// `state` is `connected` when it is up to date, else `connect`, `connecting`, `sync` or `handshake`.
    case replica(host: String, port: Int, state: String, offset: Int64)
    /// A sentinel, with the names of the masters that it watches.
    case sentinel(masters: [String])

    /// A replica as its master sees it.
    public struct Replica: RedisReply, Hashable {
        /// The host.
        public var host: String
        /// The TCP port.
        public var port: Int
        /// The bytes that it has confirmed.
        public var offset: Int64

        /// A replica.
        public init(host: String, port: Int, offset: Int64) {
            self.host = host
            self.port = port
            self.offset = offset
        }

        /// Host, port and offset, as strings.
        public init(reply value: RedisValue) throws(RedisError) {
            let parts = try value.elements(count: 3)
            self.init(host: try parts.decode(0), port: try parts.decode(1), offset: try parts.decode(2))
        }
    }

    /// The reply of `ROLE`.
    public init(reply value: RedisValue) throws(RedisError) {
        let parts = try value.elements(count: 2)
        switch try parts.decode(0, as: String.self) {
        case "master":
            self = .master(offset: try parts.decode(1), replicas: try parts.decode(2))
        case "slave":
            self = .replica(
                host: try parts.decode(1),
                port: try parts.decode(2),
                state: try parts.decode(3),
                offset: try parts.decode(4)
            )
        case "sentinel":
            self = .sentinel(masters: try parts.decode(1))
        default:
            throw value.mismatch("role")
        }
    }
}
