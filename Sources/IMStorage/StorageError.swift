/// What a store refuses for a reason that callers act on; everything else stays the driver's error.
package enum StorageError: Error, Sendable, Hashable {
    /// A record of that key exists.
    case duplicate
    /// A stored position points outside the log that it belongs to.
    case positionOutsideLog(String)
    /// A topic's number of partitions is not the one that was stored at the first start.
    case partitionCount(String)
    /// A stored record holds what no version of the server writes.
    case malformed(String)
    /// Messages are known to exist but have not reached the history within the time that a reader waits.
    case historyBehind(conversationID: String)
    /// A read of the history has not seen what an earlier one saw: another server has become primary in between.
    case historyOlder(next: Int64, expected: Int64)
    /// Others keep changing what is to be written; trying again helps.
    case contended(String)
}

extension StorageError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .duplicate: "a record with this key exists"
        case .historyOlder(let next, let expected): "the history is at \(next), it was at \(expected) before"
        case .positionOutsideLog(let text), .partitionCount(let text), .malformed(let text), .contended(let text): text
        case .historyBehind(let conversationID): "the history of \(conversationID) is behind; try again"
        }
    }
}
