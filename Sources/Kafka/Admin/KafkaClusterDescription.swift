/// The brokers of a cluster.
public struct KafkaClusterDescription: Sendable, Hashable {
    /// A broker.
    public struct Broker: Sendable, Hashable {
        /// Its id.
        public var id: Int32
        /// The host that clients are told to connect to.
        public var host: String
        /// The port that clients are told to connect to.
        public var port: Int

        /// Creates a broker, for tests of code that reads descriptions.
        public init(id: Int32, host: String, port: Int) {
            self.id = id
            self.host = host
            self.port = port
        }
    }

    /// The cluster's own id, or `nil` when the brokers have none.
    public var id: String?
    /// The id of the broker that administers the cluster, or `nil` while there is none.
    public var controller: Int32?
    /// The brokers that are up, by rising id.
    public var brokers: [Broker]

    /// Creates a description, for tests of code that reads descriptions.
    public init(id: String?, controller: Int32?, brokers: [Broker]) {
        self.id = id
        self.controller = controller
        self.brokers = brokers
    }
}
