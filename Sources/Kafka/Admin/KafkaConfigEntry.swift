/// A setting of a topic or of a broker.
public struct KafkaConfigEntry: Sendable, Hashable {
    /// Where a value comes from.
    public enum Source: String, Sendable, Hashable, CaseIterable {
        /// Set for this topic.
        case topic
        /// Set for this broker while it runs.
        case broker
        /// Set for all brokers while they run.
        case cluster
        /// Set in the broker's own configuration.
        case file
        /// Nobody has set it.
        case builtIn
        /// The broker does not say.
        case unknown
    }

    /// The key.
    public var name: String
    /// The value; `nil` when there is none, or when the broker keeps it secret.
    public var value: String?
    /// Where the value comes from.
    public var source: Source
    /// Whether the value cannot be changed while the broker runs.
    public var isReadOnly: Bool
    /// Whether the value is a secret, which brokers do not tell.
    public var isSensitive: Bool

    /// Creates a setting, for tests of code that reads settings.
    public init(
        name: String,
        value: String?,
        source: Source = .unknown,
        isReadOnly: Bool = false,
        isSensitive: Bool = false
    ) {
        self.name = name
        self.value = value
        self.source = source
        self.isReadOnly = isReadOnly
        self.isSensitive = isSensitive
    }
}
