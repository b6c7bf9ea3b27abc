/// What settings belong to.
public enum KafkaConfigResource: Sendable, Hashable, CustomStringConvertible {
    /// A topic, by its name.
    case topic(String)
    /// A broker, by its id.
    case broker(Int32)

    /// The kind and the name.
    public var description: String {
        switch self {
        case .topic(let name): "topic \(name)"
        case .broker(let id): "broker \(id)"
        }
    }
}
