/// How a group moves partitions between its members; all members of a group have to use the same.
public enum KafkaRebalanceProtocol: Sendable, Hashable, CaseIterable {
    /// Only the partitions that move are taken away, the others go on (`cooperative-sticky`).
    case cooperative
    /// Every rebalance takes all partitions away; consecutive ranges of each topic (`range`).
    case eagerRange
    /// Every rebalance takes all partitions away; partitions are dealt out in turn (`roundrobin`).
    case eagerRoundRobin

    /// Whether every rebalance takes all partitions away.
    var isEager: Bool {
        self != .cooperative
    }

    /// librdkafka's name of the assignor.
    var assignor: String {
        switch self {
        case .cooperative: "cooperative-sticky"
        case .eagerRange: "range"
        case .eagerRoundRobin: "roundrobin"
        }
    }
}
