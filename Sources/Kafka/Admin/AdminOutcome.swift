/// What an admin call returns, where it can hold errors of single topics, partitions or groups.
protocol AdminOutcome {
    /// Whether a broker has answered at least one part.
    var hasSuccess: Bool { get }

    /// The same with every error replaced.
    func mapFailures(_ transform: (KafkaError) -> KafkaError) -> Self
}

extension Result: AdminOutcome where Failure == KafkaError {
    var hasSuccess: Bool {
        if case .success = self { true } else { false }
    }

    func mapFailures(_ transform: (KafkaError) -> KafkaError) -> Self {
        self.mapError(transform)
    }
}

extension Dictionary: AdminOutcome where Value: AdminOutcome {
    var hasSuccess: Bool {
        self.isEmpty || self.values.contains(where: \.hasSuccess)
    }

    func mapFailures(_ transform: (KafkaError) -> KafkaError) -> Self {
        self.mapValues { $0.mapFailures(transform) }
    }
}
