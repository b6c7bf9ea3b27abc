import IMStorage

/// Where a reader goes on in a log, checked against what the log still holds.
enum LogPosition {
    /// The offset to go on from.
    ///
    /// - Parameters:
    ///   - position: the stored offset, nil before the first read.
    ///   - low: the first offset that the log still has.
    ///   - high: the offset of the next record to be appended.
    ///   - reader: who reads, for the error.
    ///   - log: topic and partition, for the error.
    /// - Returns: `position`, or `low` when there is none.
    /// - Throws: `StorageError.positionOutsideLog`: below `low` records are lost; above `high` the log is another one.
    static func check(
        _ position: Int64?,
        low: Int64,
        high: Int64,
        reader: String,
        log: String
    ) throws(StorageError) -> Int64 {
        guard let position else { return low }
        guard position >= low else {
            throw .positionOutsideLog(
                "\(reader): position \(position) of \(log) lies before the first record \(low): records in "
                    + "between were deleted before they were stored; Kafka's retention is shorter than the stop was"
            )
        }
        guard position <= high else {
            throw .positionOutsideLog(
                "\(reader): position \(position) of \(log) lies behind the log's end \(high): "
                    + "the topic was made anew or restored; see ARCHITECTURE.md on positions"
            )
        }
        return position
    }
}
