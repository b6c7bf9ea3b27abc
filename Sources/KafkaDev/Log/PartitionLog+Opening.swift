import Logging
import NIOCore

extension PartitionLog {
    /// Reads what the folder holds, or makes it.
    ///
    /// - Parameters:
    ///   - isClean: the last stop said that everything is on the disk. Otherwise the log is read from the last point that
    ///     is known to be there, every checksum is verified, and what follows the last whole batch is cut off.
    ///   - syncs: whether what was read is synced before anybody sees it.
    /// - Throws: what the file system says.
    func open(isClean: Bool, syncs: Bool) throws(StorageError) {
        try self.files.makeFolder(self.folder)
        let names = try self.files.names(in: self.folder)
        for name in names where name.hasSuffix(".tmp") { try self.files.remove("\(self.folder)/\(name)") }
        self.startOffset = try self.storedStartOffset()
        self.segments = Self.offsets(names, ".log").map {
            LogSegment(baseOffset: $0, folder: self.folder, files: self.files)
        }
        let snapshots = Self.offsets(names, ".producers")
        guard !self.segments.isEmpty else {
            try self.begin(at: self.startOffset)
            return
        }
        if !(isClean ? try self.adoptAll(snapshots) : false) {
            try self.recover(snapshots)
            if syncs, let active {
                try active.file().sync()
                try self.files.syncFolder(self.folder)
            }
        }
        // The snapshot of a clean stop does not fit any more once something is appended.
        let bases = Set(self.segments.map(\.baseOffset))
        for offset in snapshots where !bases.contains(offset) {
            try self.files.remove("\(self.folder)/\(LogSegment.name(offset, ".producers"))")
        }
        self.finishOpening()
    }

    private static func offsets(_ names: [String], _ suffix: String) -> [Int64] {
        names.filter { $0.hasSuffix(suffix) }.compactMap { Int64($0.dropLast(suffix.count)) }.sorted()
    }

    private func begin(at offset: Int64) throws(StorageError) {
        let segment = LogSegment(baseOffset: offset, folder: self.folder, files: self.files)
        try segment.create()
        self.segments = [segment]
        try self.files.syncFolder(self.folder)
        self.finishOpening()
    }

    private func finishOpening() {
        self.startOffset = max(self.startOffset, self.segments.first?.baseOffset ?? 0)
        self.startOffset = min(self.startOffset, self.endOffset)
        for segment in self.segments { segment.closeFiles() }
        self.showAll()
    }

    /// Takes all ends from the indexes and the producers from the last snapshot.
    private func adoptAll(_ snapshots: [Int64]) throws(StorageError) -> Bool {
        for (index, segment) in self.segments.enumerated() {
            guard try segment.adoptEndFromIndex() else { return false }
            if index > 0, self.segments[index - 1].endOffset != segment.baseOffset { return false }
            segment.closeFiles()
        }
        guard snapshots.contains(self.endOffset), let table = try self.table(at: self.endOffset) else {
            // No snapshot is written for a log without producers.
            return snapshots.isEmpty && self.segments.count == 1
        }
        self.producers = table
        return true
    }

    private func table(at offset: Int64) throws(StorageError) -> ProducerTable? {
        let path = "\(self.folder)/\(LogSegment.name(offset, ".producers"))"
        guard let content = try self.files.content(of: path) else { return nil }
        return ProducerTable(snapshot: content, producersMax: self.options.producersMax)
    }

    /// Reads the segments from the newest snapshot on.
    private func recover(_ snapshots: [Int64]) throws(StorageError) {
        var first = 0
        self.producers = ProducerTable(producersMax: self.options.producersMax)
        for (index, segment) in self.segments.enumerated().reversed() where snapshots.contains(segment.baseOffset) {
            if let table = try self.table(at: segment.baseOffset) {
                first = index
                self.producers = table
                break
            }
        }
        for index in self.segments.indices {
            let segment = self.segments[index]
            let isKnown = index < first ? try segment.adoptEndFromIndex() : false
            var isWhole = true
            if !isKnown { isWhole = try self.scan(segment, tracksProducers: index >= first) }
            let isFollowed = index + 1 < self.segments.count
            guard isFollowed else { break }
            if isWhole, segment.endOffset == self.segments[index + 1].baseOffset {
                if !isKnown {
                    self.ignoringIndexFailure { () throws(StorageError) in try segment.addIndexEntry() }
                }
                segment.closeFiles()
                continue
            }
            try self.dropSegments(after: index)
            break
        }
    }

    /// What follows a damaged place cannot be read in order any more.
    private func dropSegments(after index: Int) throws(StorageError) {
        let lost = self.segments[(index + 1)...]
        self.logger.warning(
            "segments behind a damaged place are dropped",
            metadata: ["folder": "\(self.folder)", "segments": "\(lost.count)"]
        )
        for segment in lost.reversed() {
            try segment.remove()
            try self.files.remove("\(self.folder)/\(LogSegment.name(segment.baseOffset, ".producers"))")
        }
        self.segments.removeSubrange((index + 1)...)
    }

    /// Reads a segment, makes its index anew and cuts off what is not a whole, right batch.
    ///
    /// - Returns: whether nothing was cut off.
    private func scan(_ segment: LogSegment, tracksProducers: Bool) throws(StorageError) -> Bool {
        let file = try segment.file()
        let size = try file.size()
        try segment.clearIndex()
        (segment.sizeBytes, segment.endOffset, segment.maxTimestamp) = (0, segment.baseOffset, .min)
        var reader = SegmentReader(file: file, size: size, batchBytesMax: max(self.options.batchBytesMax, 128 << 20))
        var sinceEntry = 0
        while let header = try reader.next(), header.baseOffset == segment.endOffset {
            if sinceEntry >= self.options.indexIntervalBytes {
                // A full disk must not keep the broker from starting.
                self.ignoringIndexFailure { () throws(StorageError) in try segment.addIndexEntry() }
                sinceEntry = 0
            }
            sinceEntry += header.size
            segment.sizeBytes += Int64(header.size)
            segment.endOffset = header.endOffset
            segment.maxTimestamp = max(segment.maxTimestamp, header.maxTimestamp)
            if tracksProducers { self.producers.stored(header, at: header.maxTimestamp) }
        }
        guard segment.sizeBytes < size else { return true }
        try file.truncate(to: segment.sizeBytes)
        self.logger.warning(
            "a torn end was cut off",
            metadata: [
                "folder": "\(self.folder)", "offset": "\(segment.endOffset)", "bytes": "\(size - segment.sizeBytes)",
            ]
        )
        return false
    }

    /// Syncs everything and leaves what a clean start needs.
    func close() throws(StorageError) {
        if let failure { throw failure }
        guard let active else { return }
        try self.syncNow()
        if active.sizeBytes > 0, try active.lastIndexedByte() != active.sizeBytes {
            try active.addIndexEntry()
            try active.index().storedFile.sync()
        }
        defer { active.closeFiles() }
        // Nothing to remember, and a start that finds no snapshot knows it: with many partitions a stop stays short.
        if self.segments.count == 1, self.producers.states.isEmpty { return }
        let path = "\(self.folder)/\(LogSegment.name(self.endOffset, ".producers"))"
        try self.files.replace(path, with: self.producers.snapshot())
    }
}
