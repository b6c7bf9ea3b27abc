import ServerRuntime

/// How a member of a consumer group behaves.
public struct KafkaConsumerConfiguration: Sendable, Hashable {
    /// How to reach the cluster.
    public var connection: KafkaConnectionConfiguration
    /// The consumer group.
    public var groupID: String
    /// The topics, at least one.
    ///
    /// Topics that do not exist yet are joined when they appear.
    public var topics: [String]
    /// What happens without a committed offset.
    ///
    /// There is no default: the right answer differs, and a wrong one loses records in silence.
    public var autoOffsetReset: KafkaOffsetReset
    /// The most records in one batch.
    public var batchRecordsMax = 500
    /// The most bytes in one batch; a single larger record still comes, alone.
    public var batchBytesMax = 1024 * 1024
    /// Records that are fetched ahead, for each partition; fetching stops above it and begins again below.
    public var queueRecordsMax = 10_000
    /// Bytes that are fetched ahead, for each partition.
    ///
    /// Like the bound in records it can be exceeded by one fetch, that is by `max.partition.fetch.bytes` (1 MiB). A
    /// batch that is ready to be handed out comes on top.
    public var queueBytesMax = 4 * 1024 * 1024
    /// How acknowledgements become commits; `nil` when only `KafkaPartition.commit(_:)` commits.
    public var acknowledgementWindow: KafkaAcknowledgementWindow?
    /// The member's name for static membership; `nil` for an ordinary member.
    ///
    /// A static member does not leave its group when it ends. One with the same name that comes back within
    /// `sessionTimeout` gets the same partitions without a rebalance; while two are alive, the older one ends with a
    /// fatal error.
    public var groupInstanceID: String?
    /// How the group moves partitions; the same for all members.
    public var rebalanceProtocol = KafkaRebalanceProtocol.cooperative
    /// After how much silence the broker takes this member for dead.
    public var sessionTimeout: Duration = .seconds(10)
    /// How often the member says that it lives; below a third of `sessionTimeout`.
    public var heartbeatInterval: Duration = .seconds(3)
    /// How long the library's own thread may stay away before the member leaves the group.
    ///
    /// Bodies do not count.
    public var maxPollInterval: Duration = .seconds(300)
    /// How long a broker holds an empty fetch open for data to arrive.
    public var fetchWait: Duration = .milliseconds(500)
    /// How long a partition that is taken away waits for its body to return, at a rebalance and at the end.
    public var revocationTimeout: Duration = .seconds(10)
    /// How long leaving the group may take at the end.
    ///
    /// Twice: once to wait for a join under way, because a member that leaves in the midst of one cannot tell the
    /// broker, and once to leave. Destroying the client may take as long again, and goes on in the background then.
    public var leaveTimeout: Duration = .seconds(5)
    /// How long a commit, a seek or a question to the broker may take.
    public var operationTimeout: Duration = .seconds(10)
    /// The longest time from the cancellation of `run` to its end, if bodies end when their tasks are cancelled.
    ///
    /// It is reached only when everything fails at once: bodies that outstay, a broker that neither lets the member
    /// leave nor answers a question that is under way, and a client that cannot be destroyed.
    public var closeTimeout: Duration {
        self.revocationTimeout + self.leaveTimeout * 3 + self.operationTimeout
    }

    /// Creates the settings with the defaults above.
    public init(
        _ connection: KafkaConnectionConfiguration,
        groupID: String,
        topics: [String],
        autoOffsetReset: KafkaOffsetReset
    ) {
        self.connection = connection
        self.groupID = groupID
        self.topics = topics
        self.autoOffsetReset = autoOffsetReset
    }

    /// Builds librdkafka's configuration.
    func makeConf() throws(KafkaError) -> RDKafkaConf {
        guard !self.groupID.isEmpty else { throw KafkaError(.invalidConfiguration, "group.id: must not be empty") }
        guard !self.topics.isEmpty, self.topics.allSatisfy({ !$0.isEmpty }) else {
            throw KafkaError(.invalidConfiguration, "topics: at least one, none of them empty")
        }
        // librdkafka takes a name that begins with ^ for a pattern.
        guard self.topics.allSatisfy({ !$0.hasPrefix("^") }) else {
            throw KafkaError(.invalidConfiguration, "topics: patterns are not supported")
        }
        guard self.batchRecordsMax > 0, self.batchBytesMax > 0 else {
            throw KafkaError(.invalidConfiguration, "batchRecordsMax, batchBytesMax: must be positive")
        }
        guard self.groupInstanceID != "" else {
            throw KafkaError(.invalidConfiguration, "group.instance.id: must not be empty")
        }
        if let window = self.acknowledgementWindow {
            guard window.recordsMax > 0, window.commitRecordsMax > 0, window.commitInterval > .zero else {
                throw KafkaError(.invalidConfiguration, "acknowledgementWindow: its bounds must be positive")
            }
        }
        for key in ["queued.min.messages", "queued.max.messages.kbytes", "group.instance.id"]
        where self.connection.additional[key] != nil {
            throw KafkaError(.invalidConfiguration, "\(key): has a property of its own, cannot be passed through")
        }
        var connection = self.connection
        let debug = connection.additional.removeValue(forKey: "debug") ?? ""
        var properties: [(key: String, value: String)] = [
            ("group.id", self.groupID),
            ("enable.auto.commit", "false"),
            ("enable.auto.offset.store", "false"),
            ("partition.assignment.strategy", self.rebalanceProtocol.assignor),
            ("isolation.level", "read_committed"),
            ("allow.auto.create.topics", "false"),
            ("auto.offset.reset", self.autoOffsetReset.rawValue),
            ("queued.min.messages", "\(max(1, self.queueRecordsMax))"),
            ("queued.max.messages.kbytes", "\(max(1, self.queueBytesMax / 1024))"),
            ("session.timeout.ms", "\(self.sessionTimeout.milliseconds())"),
            ("heartbeat.interval.ms", "\(self.heartbeatInterval.milliseconds())"),
            ("max.poll.interval.ms", "\(self.maxPollInterval.milliseconds())"),
            ("fetch.wait.max.ms", "\(self.fetchWait.milliseconds())"),
            // For GroupJoinWatch; the lines are logged at trace level.
            ("debug", debug.isEmpty ? "cgrp" : "cgrp,\(debug)"),
            // After a fetch that failed, for example while a leader changes; the default is 500.
            ("fetch.error.backoff.ms", "100"),
        ]
        if let groupInstanceID { properties.append(("group.instance.id", groupInstanceID)) }
        let conf = RDKafkaConf()
        try connection.apply(properties + connection.statisticsProperties, to: conf)
        conf.enableEvents([.rebalance, .offsetCommit, .error, .log, .statistics])
        return conf
    }
}
