import Logging
import NIOCore
import ServerRuntime

/// Keeps the state table on disk, by the same kind of log and the same policy as records.
///
/// When the log has grown to several times what it says, the whole table is written again behind it and the rest is
/// dropped. Belongs to the broker's loop.
final class StateLog {
    /// Below this many bytes the log is not written anew.
    static let compactionBytesMin: Int64 = 4 << 20
    private static let batchBytes = 256 << 10

    let log: PartitionLog
    private(set) var table = StateTable()
    private let clock: WallClock
    private var compactAtBytes = StateLog.compactionBytesMin

    /// A state log in `folder`.
    init(folder: String, files: any FileLayer, isSyncedBeforeAcknowledgement: Bool, clock: WallClock, logger: Logger) {
        var options = LogOptions()
        options.segmentBytes = 16 << 20
        options.batchBytesMax = 128 << 20
        options.isSyncedBeforeAcknowledgement = isSyncedBeforeAcknowledgement
        self.log = PartitionLog(folder: folder, files: files, options: options, logger: logger)
        self.clock = clock
    }

    /// Reads what there is.
    func open(isClean: Bool, syncs: Bool) throws(StorageError) {
        try self.log.open(isClean: isClean, syncs: syncs)
        var offset = self.log.startOffset
        while offset < self.log.highWatermark {
            var bytes = try self.log.read(from: offset, bytesMax: 1 << 20, takesOversized: true)
            guard bytes.readableBytes > 0 else {
                // To go on with a part of the state would take offsets back. EIO is 5 on every system.
                throw StorageError(operation: "read", path: self.log.folder, number: 5)
            }
            while let header = bytes.withUnsafeReadableBytes({ RecordBatchHeader($0) }),
                var batch = bytes.readSlice(length: header.size)
            {
                batch.moveReaderIndex(forwardBy: RecordBatchHeader.size)
                while let change = StateChange(reading: &batch) { self.table.apply(change) }
                offset = header.endOffset
            }
        }
        self.compactAtBytes = max(Self.compactionBytesMin, self.log.sizeBytes)
    }

    /// Stores changes and then applies them.
    ///
    /// - Returns: what `log.whenVisible` must have reached before anybody may rely on them.
    func store(_ changes: [StateChange]) throws(StorageError) -> Int64 {
        if self.log.sizeBytes > self.compactAtBytes { self.compact() }
        var payload = ByteBuffer()
        for change in changes { change.write(to: &payload) }
        let end = try self.append(payload)
        for change in changes { self.table.apply(change) }
        return end
    }

    private func append(_ payload: ByteBuffer) throws(StorageError) -> Int64 {
        let now = self.clock.milliseconds
        guard var batch = OpaqueBatch.make(payload, timestamp: now),
            let header = batch.withUnsafeReadableBytes({ RecordBatchHeader($0) }),
            case .at(_, let end) = try self.log.append(&batch, header, now: now)
        else {
            // EINVAL is 22 on every system.
            throw StorageError(operation: "append", path: self.log.folder, number: 22)
        }
        return end
    }

    /// Writes the whole table behind the log and drops what stands before it.
    private func compact() {
        do throws(StorageError) {
            try self.log.roll()
            let start = self.log.endOffset
            var payload = ByteBuffer()
            for change in self.table.changes {
                change.write(to: &payload)
                if payload.readableBytes >= Self.batchBytes {
                    _ = try self.append(payload)
                    payload.clear()
                }
            }
            _ = try self.append(payload)
            self.compactAtBytes = max(Self.compactionBytesMin, 4 * (self.log.active?.sizeBytes ?? 0))
            // Under every policy: what stood before is older than what a power cut may take.
            try self.log.syncNow()
            try self.log.deleteRecords(before: start)
        } catch {
            self.compactAtBytes *= 2
            self.log.logger.warning("state log not shortened", metadata: ["reason": "\(error)"])
        }
    }
}
