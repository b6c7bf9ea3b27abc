/// What a broker is told at its start.
public struct KafkaDevConfiguration: Sendable, Hashable {
    /// A topic that is made at the start unless it exists.
    public struct TopicToMake: Sendable, Hashable {
        /// Its name: letters, digits, `.`, `_`, `-`, at most 249.
        public var name: String
        /// The number of its partitions, at least 1.
        public var partitions: Int

        /// A topic with so many partitions.
        public init(name: String, partitions: Int) {
            self.name = name
            self.partitions = partitions
        }
    }

    /// The address to listen on.
    public var host = "127.0.0.1"
    /// The port to listen on; 0 for any.
    public var port = 19_092
    /// The address that clients are told, as host and port; nil for the one that is listened on.
    public var advertised: (host: String, port: Int)? {
        get { self.advertisedHost.map { ($0, self.advertisedPort) } }
        set {
            self.advertisedHost = newValue?.host
            self.advertisedPort = newValue?.port ?? 0
        }
    }
    private var advertisedHost: String?
    private var advertisedPort = 0
    /// The folder that everything is kept in; it is made when missing.
    public var dataFolder: String
    /// Topics that are made at the start.
    public var topics: [TopicToMake] = []
    /// The number of partitions of a topic that is made because a client asks for it; nil makes none.
    public var autoCreatedPartitions: Int? = 4
    /// When records are forced to the disk.
    public var fsync = FsyncPolicy.interval(.seconds(1))
    /// A partition's segment is closed before it grows beyond this many bytes, at least 4 KiB.
    public var segmentBytes = 64 << 20
    /// A partition's oldest segments go while the others hold at least this many bytes; nil keeps all.
    public var retentionBytes: Int64?
    /// Segments go when their newest record is older than this; nil keeps all.
    public var retentionTime: Duration? = .seconds(7 * 86_400)
    /// How often retention is applied.
    public var retentionInterval = Duration.seconds(10)
    /// How long the first rebalance of an empty group waits for more members.
    public var initialRebalanceDelay = Duration.zero
    /// Offsets of a group without members are forgotten this long after its last commit.
    public var offsetRetentionTime = Duration.seconds(7 * 86_400)
    /// TLS on the port; nil for plain connections.
    public var tls: KafkaDevTLS?
    /// Who may use the broker; nil for everybody.
    public var sasl: KafkaDevSASL?
    /// Bounds.
    public var limits = KafkaDevLimits()

    /// A broker that keeps its data in `dataFolder`.
    public init(dataFolder: String) {
        self.dataFolder = dataFolder
    }

    /// Finds values that cannot work.
    ///
    /// - Throws: `KafkaDevError` with code `configuration` and one message about all of them.
    public func validate() throws(KafkaDevError) {
        var problems: [String] = []
        func check(_ isRight: Bool, _ problem: String) {
            if !isRight { problems.append(problem) }
        }
        check((0...65_535).contains(self.port), "port must be within 0...65535, got \(self.port)")
        check(!self.dataFolder.isEmpty, "data folder must not be empty")
        if let advertised {
            check((1...65_535).contains(advertised.port), "advertised port must be within 1...65535")
        }
        for topic in self.topics {
            check(TopicName.isValid(topic.name), "topic name \(topic.name) must match [a-zA-Z0-9._-]{1,249}")
            check(
                (1...self.limits.partitionsMax).contains(topic.partitions),
                "topic \(topic.name) must have 1...\(self.limits.partitionsMax) partitions, got \(topic.partitions)"
            )
        }
        if let count = self.autoCreatedPartitions {
            check(
                (1...self.limits.partitionsMax).contains(count),
                "auto-created partitions must be within 1...\(self.limits.partitionsMax), got \(count)"
            )
        }
        check(
            (4 << 10...1 << 30).contains(self.segmentBytes),
            "segment bytes must be within 4096...1073741824, got \(self.segmentBytes)"
        )
        check((self.retentionBytes ?? 0) >= 0, "retention bytes must not be negative")
        let times = Duration.zero...Duration.seconds(100 * 365 * 86_400)
        check(
            self.retentionTime.map { $0 > .zero && times.contains($0) } ?? true,
            "retention time must be within 1ms...36500d"
        )
        check(times.contains(self.offsetRetentionTime), "offset retention time must be within 0ms...36500d")
        check(
            (Duration.milliseconds(10)...Duration.seconds(86_400)).contains(self.retentionInterval),
            "retention interval must be within 10ms...1d"
        )
        check(
            (Duration.zero...Duration.seconds(3_600)).contains(self.initialRebalanceDelay),
            "initial rebalance delay must be within 0ms...1h"
        )
        if let sasl { check(!sasl.mechanisms.isEmpty, "sasl mechanisms must be at least one") }
        if case .interval(let time) = self.fsync {
            check((Duration.milliseconds(1)...Duration.seconds(3_600)).contains(time), "fsync must be within 1ms...1h")
        }
        check(
            (1 << 10...128 << 20).contains(self.limits.requestBytesMax),
            "request bytes must be within 1024...134217728, got \(self.limits.requestBytesMax)"
        )
        check(
            (1 << 10...self.limits.requestBytesMax).contains(self.limits.batchBytesMax),
            "message bytes must be within 1024 and the request's bytes, got \(self.limits.batchBytesMax)"
        )
        guard problems.isEmpty else {
            throw KafkaDevError(code: .configuration, message: problems.joined(separator: "; "))
        }
    }
}
