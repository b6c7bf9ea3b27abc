/// Records that wait, by key: in order within a key, and the key that waits longest first.
struct KeyedRecords<Element: Sendable> {
    private var entries: [String: [BatchQueue<Element>.Entry]] = [:]
    private var order: [String] = []
    private(set) var count = 0
    private(set) var byteCount = 0

    var isEmpty: Bool {
        self.count == 0
    }

    mutating func append(_ entry: BatchQueue<Element>.Entry, key: String) {
        if self.entries[key]?.append(entry) == nil {
            self.entries[key] = [entry]
            self.order.append(key)
        }
        self.count += 1
        self.byteCount += entry.byteCount
    }

    /// Takes the first records of the key that waits longest; what is left of it goes to the end.
    mutating func takeBatch(countMax: Int, bytesMax: Int, flush: Int?) -> Batch<Element>? {
        guard let key = self.order.first, let entries = self.entries[key] else { return nil }
        self.order.removeFirst()
        var bytes = 0
        let taken = entries.prefix(countMax).prefix { entry in
            bytes += entry.byteCount
            return bytes <= bytesMax
        }
        let part = taken.isEmpty ? entries.prefix(1) : taken
        let byteCount = part.reduce(0) { $0 + $1.byteCount }
        if part.count == entries.count {
            self.entries[key] = nil
        } else {
            self.entries[key] = Array(entries.dropFirst(part.count))
            self.order.append(key)
        }
        self.count -= part.count
        self.byteCount -= byteCount
        return Batch(key: key, elements: part.map(\.element), byteCount: byteCount, flush: flush)
    }
}
