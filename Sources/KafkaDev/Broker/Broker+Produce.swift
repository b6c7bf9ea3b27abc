import Logging
import NIOCore
import ServerRuntime

extension Broker {
    /// Collects the results of a request's partitions, which become durable one by one.
    private final class ProduceProgress {
        var response = ProduceAPI.Response()
        /// One more than there are partitions to wait for, until all have been begun.
        var missing = 1
    }

    /// Stores records; answers when they are as safe as the policy demands.
    func produce(_ request: ProduceAPI.Request, _ call: BrokerCall) {
        guard (-1...1).contains(request.acknowledgements) else {
            call.reply(.close)
            return
        }
        let progress = ProduceProgress()
        func finish() {
            progress.missing -= 1
            guard progress.missing == 0 else { return }
            if request.acknowledgements == 0 {
                let results = progress.response.topics.lazy.flatMap(\.partitions)
                // Without an answer, closing is the only way to say that something was not stored.
                call.reply(results.allSatisfy { $0.error == .none } ? .nothing : .close)
            } else {
                call.answer(ProduceAPI.self, progress.response)
            }
        }
        for (topicIndex, topic) in request.topics.enumerated() {
            progress.response.topics.append(.init(name: topic.name))
            for (index, part) in topic.partitions.enumerated() {
                let (result, log, end) = self.append(part, to: topic.name, request, version: call.header.version)
                progress.response.topics[topicIndex].partitions.append(result)
                guard let log else { continue }
                progress.missing += 1
                log.whenVisible(end) { error in
                    if error != nil {
                        progress.response.topics[topicIndex].partitions[index] = .init(
                            index: part.index,
                            error: .storageError,
                            message: "the disk failed"
                        )
                    }
                    finish()
                }
            }
        }
        finish()
    }

    /// - Returns: the result, and the log with the offset to wait for when something was stored.
    private func append(
        _ part: ProduceAPI.Partition,
        to topic: String,
        _ request: ProduceAPI.Request,
        version: Int16
    ) -> (ProduceAPI.PartitionResult, PartitionLog?, Int64) {
        func refused(_ error: ErrorCode, _ message: String? = nil) -> (ProduceAPI.PartitionResult, PartitionLog?, Int64)
        {
            (.init(index: part.index, error: error, message: message), nil, 0)
        }
        guard version >= 3 else { return refused(.unsupportedVersion) }
        guard request.transactionalID == nil else { return refused(.invalidRequest, "there are no transactions") }
        guard let partition = self.topics[topic]?.partition(part.index) else {
            return refused(.unknownTopicOrPartition)
        }
        guard var records = part.records else { return refused(.corruptMessage) }
        let log = partition.log
        do {
            let header = try records.withUnsafeReadableBytes { bytes throws(ErrorCode) in
                try RecordBatchCheck.validate(
                    bytes,
                    sizeMax: log.options.batchBytesMax,
                    allowsZstandard: version >= 7
                )
            }
            let appended = try log.append(&records, header, now: self.clock.milliseconds)
            switch appended {
            case .refused(let error): return refused(error)
            case .at(let offset, let end):
                self.syncer.appended(log)
                var result = ProduceAPI.PartitionResult(index: part.index)
                result.baseOffset = offset
                result.logStartOffset = log.startOffset
                return (result, log, end)
            }
        } catch let error as ErrorCode {
            return refused(error)
        } catch {
            self.reportStorage(error, topic: topic, partition: part.index)
            return refused(.storageError, "\(error)")
        }
    }

    private func reportStorage(_ error: any Error, topic: String, partition: Int32) {
        self.logger.error(
            "records not stored",
            metadata: ["topic": "\(topic)", "partition": "\(partition)", "reason": "\(error)"]
        )
    }
}
