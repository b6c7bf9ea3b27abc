import Logging
import NIOCore

@testable import KafkaDev

/// A log on a file layer in memory.
struct LogFixture {
    let files = ForgetfulFileLayer()
    var options = LogOptions()

    init(segmentBytes: Int = 1 << 20, isSynced: Bool = false) {
        self.options.segmentBytes = segmentBytes
        self.options.indexIntervalBytes = 256
        self.options.isSyncedBeforeAcknowledgement = isSynced
    }

    /// Opens the log in folder `log`.
    func open(isClean: Bool = false) throws -> PartitionLog {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let log = PartitionLog(folder: "log", files: self.files, options: self.options, logger: logger)
        try log.open(isClean: isClean, syncs: self.options.isSyncedBeforeAcknowledgement)
        return log
    }

    /// Stores a batch as the broker does.
    @discardableResult
    func append(_ batch: TestBatch, _ log: PartitionLog, now: Int64 = 0) throws -> PartitionLog.Appended {
        var bytes = batch.bytes
        let header = try bytes.withUnsafeReadableBytes { bytes throws(ErrorCode) in
            try RecordBatchCheck.validate(bytes, sizeMax: 1 << 20)
        }
        return try log.append(&bytes, header, now: now)
    }

    /// Syncs as the syncing thread does.
    func sync(_ log: PartitionLog, includesActive: Bool = true) {
        guard let work = log.takeSyncWork(includesActive: includesActive) else { return }
        do throws(StorageError) {
            try work.run(self.files)
            log.syncEnded(work, nil)
        } catch {
            log.syncEnded(work, error)
        }
    }

    /// The headers of all batches from `offset` on.
    func headers(_ log: PartitionLog, from offset: Int64? = nil) throws -> [RecordBatchHeader] {
        var headers: [RecordBatchHeader] = []
        var next = offset ?? log.startOffset
        while next < log.highWatermark {
            var bytes = try log.read(from: next, bytesMax: 1 << 16, takesOversized: true)
            guard bytes.readableBytes > 0 else { break }
            while let header = bytes.withUnsafeReadableBytes({ RecordBatchHeader($0) }) {
                bytes.moveReaderIndex(forwardBy: header.size)
                headers.append(header)
                next = header.endOffset
            }
        }
        return headers
    }
}
