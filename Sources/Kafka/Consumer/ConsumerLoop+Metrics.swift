import CRdkafka
import ServerRuntime
import Synchronization

extension ConsumerLoop {
    /// Looks up where the logs end, as librdkafka knows from its fetches, and shows it; about once a second.
    func updateProgress() {
        guard self.nextProgress.hasPassed else { return }
        self.nextProgress = .after(.seconds(1))
        for hosted in self.hosted.values where hosted.isStarted {
            var low: Int64 = 0
            var high: Int64 = 0
            let id = hosted.partition.id
            let status = rd_kafka_get_watermark_offsets(self.client, id.topic, id.partition, &low, &high)
            if status != RD_KAFKA_RESP_ERR_NO_ERROR { high = -1 }
            // What was asked for is newer than the last fetch while the queue is full.
            high = max(high, self.fetchWaker?.takeEnd(id) ?? -1)
            if high >= 0 {
                hosted.partition.logEndValue.store(high, ordering: .relaxed)
            }
            // A body that has let go of its partition does not show it any more either.
            if hosted.partition.mayCommit { hosted.partition.metrics.update(hosted.partition) }
        }
    }
}
