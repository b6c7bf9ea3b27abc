import CRdkafka
import Glibc
import Logging

@testable import Kafka

/// librdkafka's own brokers, inside this process on ports of their own.
///
/// Unchecked because of the two pointers: the mock's functions lock the cluster themselves (rdkafka_mock.h), and the
/// fixture destroys it after its body has ended.
final class MockCluster: @unchecked Sendable {
    private let client: OpaquePointer
    let cluster: OpaquePointer
    let bootstrapServers: [String]

    private init(brokers: Int32) throws {
        _ = signal(SIGPIPE, SIG_IGN)
        var text = [CChar](repeating: 0, count: 256)
        guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, nil, &text, text.count) else {
            throw KafkaError(.system, "no client for the mock cluster")
        }
        guard let cluster = rd_kafka_mock_cluster_new(client, brokers) else {
            rd_kafka_destroy(client)
            throw KafkaError(.system, "no mock cluster")
        }
        self.client = client
        self.cluster = cluster
        let servers = rd_kafka_mock_cluster_bootstraps(cluster).map { String(cString: $0) } ?? ""
        self.bootstrapServers = servers.split(separator: ",").map(String.init)
    }

    /// Runs `body` with a fresh cluster that has `topics`, and destroys it on every path.
    static func with<Result>(
        brokers: Int32 = 1,
        topics: [String: Int32],
        _ body: (MockCluster) async throws -> Result
    ) async throws -> Result {
        let mock = try MockCluster(brokers: brokers)
        for (topic, partitions) in topics {
            rd_kafka_mock_topic_create(mock.cluster, topic, partitions, 1)
        }
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(mock))
        } catch {
            result = .failure(error)
        }
        // Also when the test was cancelled, by its time limit for example.
        try await DedicatedThread.run("mock-destroy") { mock.destroy() }
        return try result.get()
    }

    private func destroy() {
        rd_kafka_mock_cluster_destroy(self.cluster)
        rd_kafka_destroy(self.client)
    }

    var connection: KafkaConnectionConfiguration {
        KafkaConnectionConfiguration(bootstrapServers: self.bootstrapServers, clientID: "test")
    }

    func setDown(_ broker: Int32 = 1) {
        rd_kafka_mock_broker_set_down(self.cluster, broker)
    }

    func setUp(_ broker: Int32 = 1) {
        rd_kafka_mock_broker_set_up(self.cluster, broker)
    }

    func setRoundTrip(milliseconds: Int32, broker: Int32 = 1) {
        rd_kafka_mock_broker_set_rtt(self.cluster, broker, milliseconds)
    }

    /// Makes the next requests of a kind fail.
    func fail(apiKey: Int16, _ errors: [rd_kafka_resp_err_t]) {
        var errors = errors
        rd_kafka_mock_push_request_errors_array(self.cluster, apiKey, errors.count, &errors)
    }

    /// A consumer's settings that suit the mock: its empty fetches are answered only after the full wait.
    func consumer(
        _ topics: [String],
        group: String = "group",
        reset: KafkaOffsetReset = .earliest
    ) -> KafkaConsumerConfiguration {
        var configuration = KafkaConsumerConfiguration(
            self.connection,
            groupID: group,
            topics: topics,
            autoOffsetReset: reset
        )
        configuration.sessionTimeout = .seconds(6)
        configuration.heartbeatInterval = .milliseconds(500)
        configuration.fetchWait = .milliseconds(10)
        configuration.revocationTimeout = .seconds(5)
        return configuration
    }
}

/// Runs `body` beside a running producer, which is stopped on every path.
func withProducer<Result: Sendable>(
    _ configuration: KafkaProducerConfiguration,
    _ body: (KafkaProducer) async throws -> Result
) async throws -> Result {
    let producer = try KafkaProducer(configuration, logger: Logger(label: "test"))
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await producer.run() }
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(producer))
        } catch {
            result = .failure(error)
        }
        group.cancelAll()
        try await group.waitForAll()
        return try result.get()
    }
}

/// Produces values `0..<count` as text to one partition, at most `batch` records in one of the log's batches.
func fill(
    _ cluster: MockCluster,
    _ topic: String,
    partition: Int32 = 0,
    count: Int,
    size: Int = 0,
    batch: Int = 10_000
) async throws {
    var connection = cluster.connection
    connection.additional["batch.num.messages"] = "\(batch)"
    try await withProducer(KafkaProducerConfiguration(connection)) { producer in
        let padding = String(repeating: " ", count: size)
        let records = (0..<count).map {
            KafkaProducerRecord(topic: topic, partition: partition, value: Array("\($0)\(padding)".utf8))
        }
        for result in await producer.send(records) { _ = try result.get() }
    }
}
