import NIOCore

/// The sparse index of a segment, by offset and by time: entries of 24 bytes in a file beside the log.
///
/// An entry says: the batch at `byte` begins with `offset`, and no record before it is newer than `maxTimestamp`. Both
/// rise, so one file serves both searches. It is searched on disk, so that a log of any size costs no memory, and it can
/// be made anew from the log. A closed segment's last entry stands for its end.
struct SegmentIndex {
    /// One line of the index.
    struct Entry: Equatable {
        var offset: Int64
        var byte: Int64
        var maxTimestamp: Int64
    }

    private static let entrySize = 24

    private let file: any StoredFile
    /// How many entries there are.
    private(set) var count: Int
    /// The last one.
    private(set) var last: Entry?

    /// The index in `file`; what is not a whole entry at its end is ignored.
    init(_ file: any StoredFile) throws(StorageError) {
        self.file = file
        self.count = Int(try file.size()) / Self.entrySize
        if self.count > 0 { self.last = try self.entry(self.count - 1) }
    }

    private func entry(_ index: Int) throws(StorageError) -> Entry? {
        var words: InlineArray<3, Int64> = .init(repeating: 0)
        let position = Int64(index) * Int64(Self.entrySize)
        var failure: StorageError?
        var count = 0
        var span = words.mutableSpan
        span.withUnsafeMutableBytes { bytes in
            do throws(StorageError) {
                count = try self.file.read(into: bytes, at: position)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        guard count == Self.entrySize else { return nil }
        return Entry(
            offset: Int64(bigEndian: words[0]),
            byte: Int64(bigEndian: words[1]),
            maxTimestamp: Int64(bigEndian: words[2])
        )
    }

    /// Adds an entry behind the others.
    mutating func append(_ entry: Entry) throws(StorageError) {
        let words = [entry.offset.bigEndian, entry.byte.bigEndian, entry.maxTimestamp.bigEndian]
        var failure: StorageError?
        words.withUnsafeBytes { bytes in
            do throws(StorageError) {
                try self.file.write(bytes, at: Int64(self.count) * Int64(Self.entrySize))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        self.count += 1
        self.last = entry
    }

    /// Removes all entries.
    mutating func clear() throws(StorageError) {
        try self.file.truncate(to: 0)
        self.count = 0
        self.last = nil
    }

    /// The last entry that fulfils `condition`, which holds for a first part of the entries and not for the rest.
    func last(where condition: (Entry) -> Bool) throws(StorageError) -> Entry? {
        var (low, high) = (0, self.count)
        var found: Entry?
        while low < high {
            let middle = low + (high - low) / 2
            if let entry = try self.entry(middle), condition(entry) {
                found = entry
                low = middle + 1
            } else {
                high = middle
            }
        }
        return found
    }

    /// Returns when the entries are on the disk.
    var storedFile: any StoredFile {
        self.file
    }
}
