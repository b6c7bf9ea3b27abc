/// Documents that one call has read from a cursor.
struct CursorBatch: Sendable {
    /// Documents of the first batch when none is asked for, as the server has it.
    static let firstCountMax = 101
    /// Documents that later calls read at a time.
    static let countMax = 1_000

    var documents: [BSONDocument] = []
    /// Whether there are no more.
    var isLast = false
}
