/// How far the history of a partition was known to be.
///
/// What the transfer forgets or leaves out of memory, it does because the history has it up to here. A read that does not
/// see that much would take an old message for new.
package struct HistoryProgress: Sendable, Hashable {
    package let partition: Int32
    /// All records of `toMongo` before this offset are in the history.
    package let next: Int64

    package init(partition: Int32, next: Int64) {
        self.partition = partition
        self.next = next
    }
}
