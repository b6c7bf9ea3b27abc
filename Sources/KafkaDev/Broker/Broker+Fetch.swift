import Logging
import NIOCore

extension Broker {
    /// Reads records, or waits until there are some.
    func fetch(_ request: FetchAPI.Request, _ call: BrokerCall) {
        var response = FetchAPI.Response()
        // Sessions are always refused: every answer has session 0, so clients keep naming all partitions (KIP-227).
        guard request.sessionID == 0 else {
            response.error = .fetchSessionNotFound
            call.answer(FetchAPI.self, response)
            return
        }
        let found = self.read(request, into: &response)
        let missing = Int64(request.bytesMin) - Int64(found.bytes)
        let partitions = self.partitions(request)
        let mayWait = request.waitMaxMilliseconds > 0 || found.isHeldBack
        guard missing > 0, !found.hasError, mayWait, !partitions.isEmpty else {
            self.answer(response, found.bytes, call)
            return
        }
        // A client that does not want to wait would ask again at once.
        let shortest = found.isHeldBack ? Self.heldBackMilliseconds : 0
        let time = TimeAmount.milliseconds(Int64(min(max(request.waitMaxMilliseconds, shortest), 300_000)))
        let waiting = WaitingFetch(
            bytesMissing: found.isHeldBack ? .max : missing,
            partitions: partitions,
            time: time,
            loop: self.loop
        ) {
            self.fetches[call.connection] = nil
            if found.isHeldBack { self.heldBackFetches.removeAll { $0 == call.connection } }
            var response = FetchAPI.Response()
            let found = self.read(request, into: &response)
            self.answer(response, found.bytes, call)
        }
        self.fetches[call.connection]?.end()
        self.fetches[call.connection] = waiting
        if found.isHeldBack { self.heldBackFetches.append(call.connection) }
    }

    private static let heldBackMilliseconds: Int32 = 100

    /// What a look at the partitions of a fetch has found.
    private struct Found {
        var bytes = 0
        /// Whether a partition has an error, which is not worth waiting for.
        var hasError = false
        /// Whether there are records that were not read, because too much is being sent already.
        var isHeldBack = false
    }

    /// How many bytes an answer may have; 0 when others must be sent before.
    private func fetchRoom() -> Int {
        let limits = self.configuration.limits
        guard !self.isHoldingBackFetches else { return 0 }
        let bound = NIOLoopBound(self, eventLoop: self.loop)
        let loop = self.loop
        let hasRoom = self.fetchBudget.hasRoom(for: limits.batchBytesMax) {
            loop.execute { bound.value.fetchBudgetFreed() }
        }
        self.isHoldingBackFetches = !hasRoom
        return hasRoom ? min(limits.fetchBytesMax, max(limits.batchBytesMax, self.fetchBudget.free / 4)) : 0
    }

    private func fetchBudgetFreed() {
        self.isHoldingBackFetches = false
        while let first = self.heldBackFetches.first, self.fetchRoom() > 0 {
            self.heldBackFetches.removeFirst()
            self.fetches[first]?.end()
        }
    }

    private func answer(_ response: FetchAPI.Response, _ bytes: Int, _ call: BrokerCall) {
        self.fetchBudget.force(bytes)
        call.answer(FetchAPI.self, response, budgeted: bytes)
    }

    private func partitions(_ request: FetchAPI.Request) -> [Partition] {
        request.topics.flatMap { topic in
            topic.partitions.compactMap { self.topics[topic.name]?.partition($0.index) }
        }
    }

    /// Reads what there is now.
    private func read(_ request: FetchAPI.Request, into response: inout FetchAPI.Response) -> Found {
        let room = self.fetchRoom()
        var left = min(Int(max(0, request.bytesMax)), room)
        var found = Found()
        for topic in request.topics {
            var results = FetchAPI.TopicResult(name: topic.name)
            for part in topic.partitions {
                let result = self.read(part, topic.name, left: left, isFirst: room > 0 && found.bytes == 0)
                let bytes = result.records?.readableBytes ?? 0
                left = max(0, left - bytes)
                found.bytes += bytes
                found.hasError = found.hasError || result.error != .none
                found.isHeldBack = found.isHeldBack || (room == 0 && part.offset < result.highWatermark)
                results.partitions.append(result)
            }
            response.topics.append(results)
        }
        return found
    }

    private func read(
        _ part: FetchAPI.Partition,
        _ topic: String,
        left: Int,
        isFirst: Bool
    ) -> FetchAPI.PartitionResult {
        guard let log = self.topics[topic]?.partition(part.index)?.log else {
            return .init(index: part.index, error: .unknownTopicOrPartition)
        }
        if let error = Self.epochError(part.leaderEpoch) { return .init(index: part.index, error: error) }
        guard log.contains(part.offset) else {
            var result = FetchAPI.PartitionResult(index: part.index, error: .offsetOutOfRange)
            result.logStartOffset = log.startOffset
            return result
        }
        var result = FetchAPI.PartitionResult(index: part.index)
        do throws(StorageError) {
            let limit = min(Int(max(0, part.bytesMax)), left)
            result.records = try log.read(from: part.offset, bytesMax: limit, takesOversized: isFirst)
        } catch {
            self.logger.error("records not read", metadata: ["topic": "\(topic)", "reason": "\(error)"])
            result.error = .storageError
        }
        result.highWatermark = log.highWatermark
        result.logStartOffset = log.startOffset
        return result
    }

    /// The only leader there ever is has epoch 0; -1 does not ask.
    private static func epochError(_ epoch: Int32) -> ErrorCode? {
        epoch <= 0 ? nil : .unknownLeaderEpoch
    }

    /// Finds offsets by time.
    func listOffsets(_ request: ListOffsetsAPI.Request, _ call: BrokerCall) {
        var response = ListOffsetsAPI.Response()
        for topic in request.topics {
            var results = ListOffsetsAPI.TopicResult(name: topic.name)
            results.partitions = topic.partitions.map { part in
                guard let log = self.topics[topic.name]?.partition(part.index)?.log else {
                    return .init(index: part.index, error: .unknownTopicOrPartition)
                }
                if let error = Self.epochError(part.leaderEpoch) { return .init(index: part.index, error: error) }
                return self.find(part, log)
            }
            response.topics.append(results)
        }
        call.answer(ListOffsetsAPI.self, response)
    }

    private func find(_ part: ListOffsetsAPI.Partition, _ log: PartitionLog) -> ListOffsetsAPI.PartitionResult {
        var result = ListOffsetsAPI.PartitionResult(index: part.index)
        do throws(StorageError) {
            switch part.timestamp {
            case -1: result.offset = log.highWatermark
            case -2: result.offset = log.startOffset
            case -3:
                if let found = try log.findNewest() { (result.offset, result.timestamp) = found }
            case 0...:
                if let found = try log.find(notBefore: part.timestamp) { (result.offset, result.timestamp) = found }
            default: result.error = .invalidRequest
            }
            if result.offset >= 0 { result.leaderEpoch = 0 }
        } catch {
            self.logger.error("offset not found", metadata: ["reason": "\(error)"])
            result.error = .storageError
        }
        return result
    }
}
