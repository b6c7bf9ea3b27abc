import Testing

/// The suites of the admin client, each test with a broker of its own, one after the other.
@Suite(.serialized, .timeLimit(.minutes(2))) enum KafkaAdminSuites {}
