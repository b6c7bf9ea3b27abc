public import OpenSSL

/// The sentinels that know which server is the master, and how to talk to them.
public struct RedisSentinels: Sendable, Equatable {
    /// The name under which the sentinels watch the master.
    public var masterName: String
    /// Some of the sentinels; the others are learnt from them.
    public var endpoints: [RedisEndpoint]
    /// The user of the sentinels' access lists; empty for the default user.
    public var username: String
    /// The password of the sentinels; empty for none.
    public var password: String
    /// How connections to the sentinels are encrypted; `nil` for none.
    public var tls: TLSConfiguration?

    /// Sentinels at `endpoints` that watch the master `masterName`.
    public init(
        masterName: String,
        endpoints: [RedisEndpoint],
        username: String = "",
        password: String = "",
        tls: TLSConfiguration? = nil
    ) {
        self.masterName = masterName
        self.endpoints = endpoints
        self.username = username
        self.password = password
        self.tls = tls
    }
}
