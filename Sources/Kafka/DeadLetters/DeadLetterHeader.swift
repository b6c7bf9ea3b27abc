/// The headers that a dead letter has of its own, in this order, behind those of its record.
enum DeadLetterHeader: String, CaseIterable {
    /// Why the record could not be processed; always the first, so that it tells where the record's headers end.
    case reason = "deadLetter.reason"
    case topic = "deadLetter.topic"
    case partition = "deadLetter.partition"
    case offset = "deadLetter.offset"
    /// The record's own time, because the letter has the one of its making.
    case timestamp = "deadLetter.timestamp"
    /// Whether value and headers of the record are there.
    case content = "deadLetter.content"

    static let prefix = "deadLetter."
    static let complete = "complete"
    static let leftOut = "leftOut"
}
