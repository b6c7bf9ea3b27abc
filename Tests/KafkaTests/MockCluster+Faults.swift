import CRdkafka

@testable import Kafka

extension MockCluster {
    /// Gives a partition another leader.
    func setLeader(_ topic: String, _ partition: Int32, broker: Int32) {
        rd_kafka_mock_partition_set_leader(self.cluster, topic, partition, broker)
    }

    /// Gives a group another coordinator.
    func setCoordinator(group: String, broker: Int32) {
        rd_kafka_mock_coordinator_set(self.cluster, "group", group, broker)
    }
}
