import Logging
import NIOCore

/// The records of a partition: a row of segments in a folder.
///
/// Not thread safe: it belongs to the broker's loop. Its calls block for as long as reading and writing the page cache
/// takes; syncing happens elsewhere, by way of `takeSyncWork`.
final class PartitionLog {
    let folder: String
    let files: any FileLayer
    let logger: Logger
    var options: LogOptions
    /// The first offset that can be read.
    var startOffset: Int64 = 0
    /// Oldest first, never empty once the log is open.
    var segments: [LogSegment] = []
    var producers: ProducerTable
    /// Where consumers may read up to.
    private(set) var visibleEnd = LogPosition(offset: 0, segment: 0, byte: 0)
    /// Why nothing can be stored any more; set when a sync fails, for then nobody knows what is on the disk.
    private(set) var failure: StorageError?

    /// Segments that were closed since the last sync, with what follows them.
    private var closedSegments: [LogSegment] = []
    private var pendingSnapshot: (path: String, content: [UInt8])?
    private var outdatedSnapshots: [String] = []
    private var hasNewNames = false
    private var syncedEnd = LogPosition(offset: 0, segment: 0, byte: 0)
    /// Calls that wait for an offset to be visible, in rising order.
    private var waiters: [(offset: Int64, call: (StorageError?) -> Void)] = []
    /// Called with the number of bytes when more can be read.
    var onVisible: ((Int64) -> Void)?
    /// Where recent reads ended, so that the next ones need no search.
    private var recentReads: [LogPosition] = []
    /// Closed segments whose files may be open, newest use last.
    private var openSegments: [LogSegment] = []

    /// A log in `folder`; `open` reads it.
    init(folder: String, files: any FileLayer, options: LogOptions, logger: Logger) {
        self.folder = folder
        self.files = files
        self.options = options
        self.logger = logger
        self.producers = ProducerTable(producersMax: options.producersMax)
    }

    /// The segment that is written to.
    var active: LogSegment? {
        self.segments.last
    }

    /// The offset of the next record.
    var endOffset: Int64 {
        self.active?.endOffset ?? 0
    }

    /// The offset behind the last record that may be read.
    var highWatermark: Int64 {
        self.visibleEnd.offset
    }

    /// The length of all segments in bytes.
    var sizeBytes: Int64 {
        self.segments.reduce(0) { $0 + $1.sizeBytes }
    }

    /// Where the log ends.
    var end: LogPosition {
        guard let active else { return LogPosition(offset: 0, segment: 0, byte: 0) }
        return LogPosition(offset: active.endOffset, segment: active.baseOffset, byte: active.sizeBytes)
    }

    /// Everything that is there may be read, and counts as synced.
    func showAll() {
        self.syncedEnd = self.end
        self.visibleEnd = self.end
    }

    // MARK: - Appending

    /// What became of a batch.
    enum Appended: Equatable {
        /// Stored from this offset on; also when it had been stored before.
        case at(Int64, end: Int64)
        case refused(ErrorCode)
    }

    /// Stores a batch that `RecordBatchCheck` has passed, unless its producer has stored it before.
    ///
    /// The base offset and the leader epoch of `batch` are overwritten; both are outside the checksum.
    ///
    /// - Parameters:
    ///   - batch: the batch.
    ///   - header: what `RecordBatchCheck` has read of it.
    ///   - now: Unix milliseconds.
    /// - Returns: where it stands, or why its producer may not store it.
    /// - Throws: what the file system says; the log is then as before.
    func append(_ batch: inout ByteBuffer, _ header: RecordBatchHeader, now: Int64) throws(StorageError) -> Appended {
        if let failure { throw failure }
        switch self.producers.verdict(header) {
        case .append: break
        case .duplicate(let stored): return .at(stored.baseOffset, end: stored.lastOffset + 1)
        case .refuse(let error): return .refused(error)
        }
        do {
            return try self.store(&batch, header, now: now)
        } catch {
            self.producers.failed(header, at: now)
            throw error
        }
    }

    private func store(
        _ batch: inout ByteBuffer,
        _ given: RecordBatchHeader,
        now: Int64
    ) throws(StorageError) -> Appended {
        try self.rollIfNeeded(for: given.size)
        guard let segment = self.active else {
            throw StorageError(operation: "append", path: self.folder, number: 9)
        }
        var header = given
        header.baseOffset = segment.endOffset
        batch.setInteger(header.baseOffset, at: batch.readerIndex)
        batch.setInteger(Int32(0), at: batch.readerIndex + 12)
        let file = try segment.file()
        if segment.sizeBytes - (try segment.lastIndexedByte()) >= Int64(self.options.indexIntervalBytes) {
            self.ignoringIndexFailure { () throws(StorageError) in try segment.addIndexEntry() }
        }
        var failure: StorageError?
        batch.withUnsafeReadableBytes { bytes in
            do throws(StorageError) {
                try file.write(bytes, at: segment.sizeBytes)
            } catch {
                failure = error
            }
        }
        if let failure {
            // A part of it may be there. The next batch goes to the same place, and a restart cuts it off.
            try? file.truncate(to: segment.sizeBytes)
            throw failure
        }
        segment.sizeBytes += Int64(header.size)
        segment.endOffset = header.endOffset
        segment.maxTimestamp = max(segment.maxTimestamp, header.maxTimestamp)
        self.producers.stored(header, at: now)
        if !self.options.isSyncedBeforeAcknowledgement { self.show(self.end, bytes: Int64(header.size)) }
        return .at(header.baseOffset, end: header.endOffset)
    }

    /// A missing entry makes the index sparser and nothing else.
    func ignoringIndexFailure(_ body: () throws(StorageError) -> Void) {
        do throws(StorageError) {
            try body()
        } catch {
            self.logger.debug("index entry not written", metadata: ["reason": "\(error)"])
        }
    }

    private func rollIfNeeded(for bytes: Int) throws(StorageError) {
        guard let active, active.sizeBytes > 0, active.sizeBytes + Int64(bytes) > Int64(self.options.segmentBytes)
        else { return }
        try self.roll()
    }

    /// Closes the active segment and begins a new one.
    func roll() throws(StorageError) {
        // An empty one would share its name with the next.
        guard let old = self.active, old.sizeBytes > 0 else { return }
        let new = LogSegment(baseOffset: old.endOffset, folder: self.folder, files: self.files)
        try new.create()
        self.ignoringIndexFailure { () throws(StorageError) in try old.addIndexEntry() }
        self.segments.append(new)
        self.closedSegments.append(old)
        if let pendingSnapshot { self.outdatedSnapshots.append(pendingSnapshot.path) }
        self.outdatedSnapshots.append("\(self.folder)/\(LogSegment.name(old.baseOffset, ".producers"))")
        self.pendingSnapshot = (
            "\(self.folder)/\(LogSegment.name(new.baseOffset, ".producers"))", self.producers.snapshot()
        )
        self.hasNewNames = true
    }

    // MARK: - Syncing

    /// Whether closed segments wait for their sync.
    var hasClosedSegments: Bool {
        !self.closedSegments.isEmpty
    }

    /// Whether there are records that no sync has covered.
    var hasUnsyncedRecords: Bool {
        self.syncedEnd != self.end
    }

    /// Takes what is to be synced.
    ///
    /// - Parameter includesActive: otherwise only closed segments.
    /// - Returns: the work; nil when there is none.
    func takeSyncWork(includesActive: Bool) -> SyncWork? {
        guard self.failure == nil else { return nil }
        let activeIsDirty = includesActive && self.syncedEnd != self.end
        guard activeIsDirty || !self.closedSegments.isEmpty else { return nil }
        var work = SyncWork()
        do throws(StorageError) {
            for segment in self.closedSegments {
                work.files.append(try segment.file())
                work.files.append(try segment.index().storedFile)
            }
            if activeIsDirty, let active { work.files.append(try active.file()) }
        } catch {
            self.fail(error)
            return nil
        }
        if self.hasNewNames { work.folder = self.folder }
        work.snapshot = self.pendingSnapshot
        work.outdated = self.outdatedSnapshots
        if activeIsDirty { work.end = self.end }
        for segment in self.closedSegments where segment !== self.active { segment.closeFiles() }
        self.closedSegments = []
        self.hasNewNames = false
        self.pendingSnapshot = nil
        self.outdatedSnapshots = []
        return work
    }

    /// Syncs everything, and blocks for as long as it takes.
    ///
    /// - Throws: what the file system says; the log then takes no more records, as after any sync that fails.
    func syncNow() throws(StorageError) {
        while let work = self.takeSyncWork(includesActive: true) {
            do throws(StorageError) {
                try work.run(self.files)
            } catch {
                self.syncEnded(work, error)
                throw error
            }
            self.syncEnded(work, nil)
        }
        if let failure { throw failure }
    }

    /// Takes the result of work from `takeSyncWork`.
    func syncEnded(_ work: SyncWork, _ error: StorageError?) {
        if let error {
            self.fail(error)
            return
        }
        guard let end = work.end, end.offset >= self.syncedEnd.offset else { return }
        self.syncedEnd = end
        if self.options.isSyncedBeforeAcknowledgement, end.offset > self.visibleEnd.offset {
            let bytes = end.segment == self.visibleEnd.segment ? end.byte - self.visibleEnd.byte : Int64.max
            self.show(end, bytes: bytes)
        }
    }

    /// The log is being removed: nothing is stored or synced any more, and nobody need be told.
    func abandon() {
        self.failure = StorageError(operation: "append", path: self.folder, number: 2)
        let waiters = self.waiters
        self.waiters = []
        for waiter in waiters { waiter.call(self.failure) }
        for segment in self.segments { segment.closeFiles() }
    }

    private func fail(_ error: StorageError) {
        guard self.failure == nil else { return }
        self.failure = error
        self.logger.error(
            "a partition takes no more records until the next start",
            metadata: ["folder": "\(self.folder)", "reason": "\(error)"]
        )
        let waiters = self.waiters
        self.waiters = []
        for waiter in waiters { waiter.call(error) }
    }

    private func show(_ end: LogPosition, bytes: Int64) {
        self.visibleEnd = end
        let ready = self.waiters.prefix { $0.offset <= end.offset }
        self.waiters.removeFirst(ready.count)
        for waiter in ready { waiter.call(nil) }
        self.onVisible?(bytes)
    }

    /// Calls back when all below `offset` is as safe as the policy demands, perhaps at once.
    func whenVisible(_ offset: Int64, _ call: @escaping (StorageError?) -> Void) {
        if offset <= self.visibleEnd.offset {
            call(nil)
        } else if let failure {
            call(failure)
        } else {
            // Almost always the greatest so far; a batch that came twice waits for an earlier one.
            let index = self.waiters.lastIndex { $0.offset <= offset }.map { $0 + 1 } ?? 0
            self.waiters.insert((offset, call), at: index)
        }
    }

    // MARK: - Recent reads

    /// Remembers where a read ended.
    func remember(_ position: LogPosition) {
        self.recentReads.removeAll { $0.offset == position.offset }
        if self.recentReads.count >= 8 { self.recentReads.removeFirst() }
        self.recentReads.append(position)
    }

    /// Where a recent read ended with `offset` as the next one.
    func recent(_ offset: Int64) -> LogPosition? {
        self.recentReads.last { $0.offset == offset }
    }

    /// Takes note that the files of a closed segment are in use; those of the ones that were not for longest are let go.
    func willRead(_ segment: LogSegment) {
        guard segment !== self.active else { return }
        self.openSegments.removeAll { $0 === segment }
        if self.openSegments.count >= 4 { self.openSegments.removeFirst().closeFiles() }
        self.openSegments.append(segment)
    }

    /// Forgets what refers to a segment that is gone.
    func forget(_ segment: LogSegment) {
        self.recentReads.removeAll { $0.segment == segment.baseOffset }
        self.openSegments.removeAll { $0 === segment }
        // It need not reach the disk any more.
        self.closedSegments.removeAll { $0 === segment }
    }
}
