/// Records in order, and how large they are together.
struct RecordChunk {
    private(set) var records: [KafkaRecord] = []
    /// The sum of the records' `sizeBytes`.
    private(set) var bytes = 0

    /// An empty chunk.
    init() {}

    /// A chunk of records.
    init(_ records: [KafkaRecord]) {
        self.records = records
        self.bytes = records.reduce(0) { $0 + $1.sizeBytes }
    }

    var count: Int {
        self.records.count
    }

    mutating func reserveCapacity(_ count: Int) {
        self.records.reserveCapacity(count)
    }

    mutating func append(_ record: consuming KafkaRecord, bytes: Int) {
        self.records.append(record)
        self.bytes += bytes
    }

    mutating func append(_ other: RecordChunk) {
        self.records.append(contentsOf: other.records)
        self.bytes += other.bytes
    }

    /// Takes records out of the front, as many as fit, at least one.
    mutating func removeFirst(records recordsMax: Int, bytes bytesMax: Int) -> [KafkaRecord] {
        var count = 0
        var size = 0
        for record in self.records {
            let next = record.sizeBytes
            guard count == 0 || (count < recordsMax && size + next <= bytesMax) else { break }
            count += 1
            size += next
        }
        self.bytes -= size
        defer { self.records.removeFirst(count) }
        return Array(self.records.prefix(count))
    }
}
