package import IMProtocol
import IMStorage
package import Kafka
package import Logging
import SwiftProtobuf

/// Consumes `toPush` and hands each message to the gateway for the receivers that are connected.
///
/// Offsets are committed after the hand-over, so a message may be pushed twice (clients drop doubles by seq) but is not
/// skipped.
package struct PushWorker: Sendable {
    private let consumer: KafkaConsumer
    private let gateway: any MsgGatewayService
    private let groups: any GroupMembers
    private let deadLetters: DeadLetters
    private let retry: Retry
    private let logger: Logger

    /// - Parameters:
    ///   - consumer: a member of the push group on `toPush`.
    ///   - gateway: where the connections are.
    ///   - groups: who gets messages of groups.
    ///   - producer: for records that cannot be processed.
    ///   - logger: for failures.
    package init(
        consumer: KafkaConsumer,
        gateway: any MsgGatewayService,
        groups: any GroupMembers,
        producer: KafkaProducer,
        logger: Logger
    ) {
        self.consumer = consumer
        self.gateway = gateway
        self.groups = groups
        self.retry = Retry(logger: logger)
        self.deadLetters = DeadLetters(producer: producer, retry: self.retry, logger: logger)
        self.logger = logger
    }

    /// Returns when the group has given this member its share of the partitions, which may be none.
    package func joined() async throws {
        try await self.consumer.joined()
    }

    /// Works until the task is cancelled.
    ///
    /// What is in hand then is pushed again by whoever goes on.
    package func run() async throws {
        try await self.consumer.run { partition in
            // A read that failed may have left out records: it is done again from the committed offset.
            try await self.retry.run("push of partition \(partition.partition)") {
                guard partition.isOwned else { return }
                try await partition.start(at: .committed)
                try await self.follow(partition)
            }
        }
    }

    private func follow(_ partition: KafkaPartition) async throws {
        while let records = try await partition.nextBatch() {
            for record in records { try await self.push(record) }
            guard let last = records.last else { continue }
            do {
                try await partition.commit(last.offset + 1)
            } catch {
                // Pushed again by whoever goes on from the older offset; clients drop the doubles.
                self.logger.debug("push offset not committed", metadata: ["error": "\(error)"])
            }
        }
    }

    private func push(_ record: KafkaRecord) async throws {
        let payload: Openim_Msg_PushMsgDataToMQ
        do {
            payload = try Openim_Msg_PushMsgDataToMQ(serializedBytes: record.value ?? [])
        } catch {
            try await self.deadLetters.add(record, reason: "no PushMsgDataToMQ: \(error)")
            return
        }
        let receivers = try await self.retry.run("push receivers") {
            try await PushReceivers.of(payload.msgData, self.groups)
        }
        guard !receivers.isEmpty else { return }
        let request = Openim_Msggateway_OnlineBatchPushOneMsgReq.with {
            $0.msgData = payload.msgData
            $0.pushToUserIds = receivers
        }
        let context = PipelineHeaders(record).callContext
        _ = try await self.retry.run("push") {
            try await self.gateway.superGroupOnlineBatchPushOneMsg(request, context)
        }
    }
}
