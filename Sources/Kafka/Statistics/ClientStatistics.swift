import FoundationEssentials

/// What librdkafka tells of a client (its STATISTICS.md), as far as it becomes metrics.
///
/// A field that is missing, or of another type than expected, counts as absent: a later librdkafka that says something
/// differently must not take the rest away.
struct ClientStatistics: Sendable, Equatable {
    /// A broker that the client knows.
    struct Broker: Sendable, Equatable {
        /// Negative for those that are known by address only.
        var id: Int64 = -1
        var isConnected = false
        /// Whether this is a second connection to a broker, for its work as the coordinator of a group.
        var isCoordinator = false
        var connects: Int64 = 0
        var disconnects: Int64 = 0
        var transmitErrors: Int64 = 0
        var receiveErrors: Int64 = 0
        var timeouts: Int64 = 0
        /// The mean of the last interval, or `nil` without a request.
        var roundTripMicroseconds: Int64?
    }

    /// A partition that the client knows.
    struct Partition: Sendable, Equatable {
        var topic: String
        var partition: Int64
        /// Whether the client reads it.
        var isFetched = false
        var fetchedRecords: Int64 = 0
        var fetchedBytes: Int64 = 0
        /// Offsets up to the end of the log, or `nil` when the position is not known.
        var lag: Int64?
    }

    var queuedRecords: Int64 = 0
    var queuedBytes: Int64 = 0
    var requestsSent: Int64 = 0
    var bytesSent: Int64 = 0
    var responsesReceived: Int64 = 0
    var bytesReceived: Int64 = 0
    var recordsSent: Int64 = 0
    var recordsReceived: Int64 = 0
    var rebalances: Int64 = 0
    var brokers: [Broker] = []
    /// By topic and number.
    var partitions: [Partition] = []

    /// Reads librdkafka's text; `nil` when it is no JSON object.
    init?(json: UnsafeBufferPointer<UInt8>) {
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(json)) else { return nil }
        self = document.statistics
    }

    fileprivate init() {}
}

/// The top of the document.
private struct Document: Decodable {
    var statistics = ClientStatistics()

    init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: Name.self)
        self.statistics.queuedRecords = object.count("msg_cnt")
        self.statistics.queuedBytes = object.count("msg_size")
        self.statistics.requestsSent = object.count("tx")
        self.statistics.bytesSent = object.count("tx_bytes")
        self.statistics.responsesReceived = object.count("rx")
        self.statistics.bytesReceived = object.count("rx_bytes")
        self.statistics.recordsSent = object.count("txmsgs")
        self.statistics.recordsReceived = object.count("rxmsgs")
        self.statistics.rebalances = object.object("cgrp")?.count("rebalance_cnt") ?? 0
        if let brokers = object.object("brokers") {
            self.statistics.brokers = brokers.names.compactMap { name in
                brokers.object(name).map(Self.broker)
            }
        }
        guard let topics = object.object("topics") else { return }
        for name in topics.names {
            guard let partitions = topics.object(name)?.object("partitions") else { continue }
            self.statistics.partitions += partitions.names.compactMap { number in
                partitions.object(number).flatMap { Self.partition($0, topic: name) }
            }
            .sorted { $0.partition < $1.partition }
        }
    }

    private static func broker(_ object: KeyedDecodingContainer<Name>) -> ClientStatistics.Broker {
        let roundTrip = object.object("rtt")
        return ClientStatistics.Broker(
            id: object.number("nodeid") ?? -1,
            isConnected: object.text("state") == "UP",
            isCoordinator: object.text("source") == "logical",
            connects: object.count("connects"),
            disconnects: object.count("disconnects"),
            transmitErrors: object.count("txerrs"),
            receiveErrors: object.count("rxerrs"),
            timeouts: object.count("req_timeouts"),
            roundTripMicroseconds: (roundTrip?.count("cnt") ?? 0) > 0 ? roundTrip?.number("avg") : nil
        )
    }

    private static func partition(
        _ object: KeyedDecodingContainer<Name>,
        topic: String
    ) -> ClientStatistics.Partition? {
        // -1 gathers what belongs to no partition yet.
        guard let number = object.number("partition"), number >= 0 else { return nil }
        return ClientStatistics.Partition(
            topic: topic,
            partition: number,
            isFetched: object.text("fetch_state") == "active",
            fetchedRecords: object.count("fetchq_cnt"),
            fetchedBytes: object.count("fetchq_size"),
            lag: object.number("consumer_lag").flatMap { $0 < 0 ? nil : $0 }
        )
    }
}

/// A name of the document.
private struct Name: CodingKey {
    let stringValue: String
    let intValue: Int? = nil

    init(stringValue: String) {
        self.stringValue = stringValue
    }

    init?(intValue: Int) {
        nil
    }
}

extension KeyedDecodingContainer<Name> {
    /// The names, in a fixed order.
    fileprivate var names: [String] {
        self.allKeys.map(\.stringValue).sorted()
    }

    /// A number, whole or not.
    fileprivate func number(_ name: String) -> Int64? {
        let key = Name(stringValue: name)
        // Of another type or absent: both count as absent, see above.
        if let whole = try? self.decode(Int64.self, forKey: key) { return whole }
        return (try? self.decode(Double.self, forKey: key)).flatMap { Int64(exactly: $0.rounded()) }
    }

    /// A number that cannot be negative; 0 when it is absent.
    fileprivate func count(_ name: String) -> Int64 {
        max(0, self.number(name) ?? 0)
    }

    fileprivate func text(_ name: String) -> String? {
        try? self.decode(String.self, forKey: Name(stringValue: name))
    }

    fileprivate func object(_ name: String) -> KeyedDecodingContainer<Name>? {
        try? self.nestedContainer(keyedBy: Name.self, forKey: Name(stringValue: name))
    }
}
