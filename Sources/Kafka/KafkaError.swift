/// An error of this library or of the broker.
public struct KafkaError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, for a caller that decides.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case invalidConfiguration, invalidArgument, notRunning, closed, notOwned, notStarted, timedOut, cancelled
            case queueFull, messageTooLarge, noCommittedOffset, offsetOutOfRange, unknownTopic, unavailable
            case authenticationFailed, notAuthorized, rebalancing, fenced, alreadyExists, unknownGroup, groupNotEmpty
            case unsupported, system, broker
        }

        private let kind: Kind

        /// A configuration key or value was refused; the message names the key.
        public static let invalidConfiguration = Code(kind: .invalidConfiguration)
        /// An argument is out of range, or two calls overlap that must not.
        public static let invalidArgument = Code(kind: .invalidArgument)
        /// `run()` has not been called yet.
        public static let notRunning = Code(kind: .notRunning)
        /// The client is shutting down or has been shut down.
        public static let closed = Code(kind: .closed)
        /// The partition does not belong to this member any more.
        public static let notOwned = Code(kind: .notOwned)
        /// The partition has no position yet: `start(at:)` comes first.
        public static let notStarted = Code(kind: .notStarted)
        /// A deadline passed; the operation may have been applied.
        public static let timedOut = Code(kind: .timedOut)
        /// The task was cancelled before the operation began, or while it only waited.
        public static let cancelled = Code(kind: .cancelled)
        /// Too many records wait already.
        public static let queueFull = Code(kind: .queueFull)
        /// The record is larger than the client or the broker takes.
        public static let messageTooLarge = Code(kind: .messageTooLarge)
        /// The group has no committed offset and the configuration asks for an error then.
        public static let noCommittedOffset = Code(kind: .noCommittedOffset)
        /// The log does not hold the offset (any more).
        public static let offsetOutOfRange = Code(kind: .offsetOutOfRange)
        /// The topic or the partition does not exist.
        public static let unknownTopic = Code(kind: .unknownTopic)
        /// No broker could be reached, or the one in charge is changing.
        public static let unavailable = Code(kind: .unavailable)
        /// Client and broker do not accept each other: SASL refused the user, or TLS a certificate.
        ///
        /// The message says which, and names the broker. The client goes on trying, so that a change on the broker's
        /// side is enough; an operation ends with this error at its deadline.
        public static let authenticationFailed = Code(kind: .authenticationFailed)
        /// The broker does not allow this user the operation.
        public static let notAuthorized = Code(kind: .notAuthorized)
        /// The group is rebalancing, or this member's generation is over.
        public static let rebalancing = Code(kind: .rebalancing)
        /// Another client with the same `groupInstanceID` or producer identity has taken this one's place.
        public static let fenced = Code(kind: .fenced)
        /// The topic to create exists, with whatever settings.
        public static let alreadyExists = Code(kind: .alreadyExists)
        /// The consumer group does not exist.
        public static let unknownGroup = Code(kind: .unknownGroup)
        /// The consumer group has members, or they read the topic: what was asked for is possible only without them.
        public static let groupNotEmpty = Code(kind: .groupNotEmpty)
        /// The broker, or this librdkafka, does not know the operation.
        public static let unsupported = Code(kind: .unsupported)
        /// The operating system refused a resource, such as a descriptor or a thread.
        public static let system = Code(kind: .system)
        /// Any other error of the broker or of librdkafka; see `rdkafkaCode`.
        public static let broker = Code(kind: .broker)

        /// The name of the code, short and stable, for logs and metric labels.
        public var description: String {
            self.kind.rawValue
        }
    }

    /// What went wrong.
    public var code: Code
    /// librdkafka's code, negative for its own and positive for the broker's; 0 when the error is of this library.
    public var rdkafkaCode: Int32
    /// What happened, for people.
    ///
    /// Never holds a password or the content of a record.
    public var message: String
    /// Whether the same call can succeed later without a change.
    public var isRetriable: Bool
    /// Whether the client instance is beyond repair.
    ///
    /// A producer replaces the instance by itself.
    public var isFatal: Bool
    /// Whether the broker may have applied the operation in spite of the error.
    public var mayHaveBeenApplied: Bool
    /// The topic, where the error belongs to one.
    public var topic: String?
    /// The partition, where the error belongs to one.
    public var partition: Int32?
    /// The broker's id, where it is known.
    public var broker: Int32?
    /// The consumer group, where the error belongs to one.
    public var group: String?

    /// Creates an error; everything but code and message is optional.
    public init(
        _ code: Code,
        _ message: String,
        rdkafkaCode: Int32 = 0,
        isRetriable: Bool = false,
        isFatal: Bool = false,
        mayHaveBeenApplied: Bool = false,
        topic: String? = nil,
        partition: Int32? = nil,
        broker: Int32? = nil,
        group: String? = nil
    ) {
        self.code = code
        self.message = message
        self.rdkafkaCode = rdkafkaCode
        self.isRetriable = isRetriable
        self.isFatal = isFatal
        self.mayHaveBeenApplied = mayHaveBeenApplied
        self.topic = topic
        self.partition = partition
        self.broker = broker
        self.group = group
    }

    /// The code, the message, and where it happened.
    public var description: String {
        var text = "kafka \(self.code)"
        if let name = self.rdkafkaName { text += " (\(name))" }
        if let group { text += " group \(group)" }
        if let topic { text += " \(topic)" }
        if let partition { text += "[\(partition)]" }
        if let broker { text += " broker \(broker)" }
        return text + ": " + self.message
    }
}
