import Testing

/// The suites that start brokers of their own, one after the other: some measure time and memory.
@Suite(.serialized) enum KafkaDevSuites {}
