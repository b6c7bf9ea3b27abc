import Logging

extension PartitionLog {
    private static let startName = "log-start"

    /// The offset that `deleteRecords` has stored.
    func storedStartOffset() throws(StorageError) -> Int64 {
        guard let content = try self.files.content(of: "\(self.folder)/\(Self.startName)") else { return 0 }
        return Int64(String(decoding: content, as: UTF8.self).filter(\.isNumber)) ?? 0
    }

    /// Makes `offset` the first one that can be read, lastingly, and removes segments that nobody can read any more.
    ///
    /// - Parameter offset: at most the high watermark; nothing happens when it is not beyond the present start.
    /// - Throws: what the file system says; the start is then as before, or some segments are still there.
    func deleteRecords(before offset: Int64) throws(StorageError) {
        guard offset > self.startOffset, offset <= self.highWatermark else { return }
        try self.files.replace("\(self.folder)/\(Self.startName)", with: Array("\(offset)\n".utf8))
        self.startOffset = offset
        try self.removeUnreadableSegments()
    }

    /// Removes segments that are too old or too much.
    ///
    /// - Parameter now: Unix milliseconds.
    /// - Throws: what the file system says.
    func applyRetention(now: Int64) throws(StorageError) {
        if let age = self.options.retentionMilliseconds {
            if let active, active.sizeBytes > 0, active.maxTimestamp < now - age,
                active.endOffset <= self.highWatermark
            {
                try self.roll()
            }
            while self.segments.count > 1, let first = self.segments.first, first.maxTimestamp < now - age,
                first.endOffset <= self.highWatermark
            {
                try self.removeFirst()
            }
        }
        if let limit = self.options.retentionBytes {
            while self.segments.count > 1, let first = self.segments.first,
                self.sizeBytes - first.sizeBytes >= limit, first.endOffset <= self.highWatermark
            {
                try self.removeFirst()
            }
        }
    }

    /// Removes the segments that end at or before the start.
    func removeUnreadableSegments() throws(StorageError) {
        while self.segments.count > 1, let first = self.segments.first, first.endOffset <= self.startOffset {
            try self.removeFirst()
        }
    }

    private func removeFirst() throws(StorageError) {
        let first = self.segments[0]
        try first.remove()
        self.segments.removeFirst()
        self.forget(first)
        self.startOffset = max(self.startOffset, first.endOffset)
        self.logger.debug("segment removed", metadata: ["folder": "\(self.folder)", "offset": "\(first.baseOffset)"])
    }
}
