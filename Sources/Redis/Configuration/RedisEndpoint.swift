/// Where one server listens.
public struct RedisEndpoint: Sendable, Hashable, CustomStringConvertible {
    /// A host name or an address.
    public var host: String
    /// The TCP port, 1...65535.
    public var port: Int

    /// The endpoint `host`:`port`.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// `host:port`, with brackets around an IPv6 address.
    public var description: String {
        self.host.contains(":") ? "[\(self.host)]:\(self.port)" : "\(self.host):\(self.port)"
    }
}
