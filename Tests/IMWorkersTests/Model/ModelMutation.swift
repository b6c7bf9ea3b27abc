/// A part of the design that a model leaves out, to show that it is needed.
///
/// The code under test stays as it is: the models of the other systems answer it as if it lacked that part.
enum ModelMutation: CaseIterable {
    /// Maxima and identities come from Redis instead of log and history.
    case seqsFromCache
    /// What was appended between reading the log and claiming is not seen.
    case claimAfterReading
    /// The part of the log that the history lacks is not read.
    case noTail
    /// Messages that are not in a window are not looked up in the history.
    case noLookUp
    /// A window forgets messages that the history does not have yet.
    case noPins
    /// The maximum of a conversation is the highest slot that the history has.
    case maxFromSlots
    /// Deleting a message empties its slot wholly.
    case idsAreDeleted
    /// A message that had its seq already is not published again.
    case noRepeatedPublishing
    /// Gaps between the offsets of an owner's records are not noticed.
    case noOffsetCheck
    /// A reader that starts again takes the epoch of the next record for the current one.
    case noStoredEpoch
    /// The history writer saves its position before the messages.
    case positionFirst
    /// Messages are in Redis before they are in the log.
    case cacheFirst
    /// A batch is pushed in the order in which it came.
    case arrivalOrder
    /// Reads of the history may be older than what was read before.
    case noProgressCheck
    /// A pull does not wait for the history.
    case noWaiting
}
