/// A topic with its partitions.
///
/// Belongs to the broker's loop.
final class Topic {
    var entry: TopicCatalog.Entry
    var partitions: [Partition]

    init(entry: TopicCatalog.Entry, partitions: [Partition]) {
        self.entry = entry
        self.partitions = partitions
    }

    /// The partition with this number, which comes from outside.
    func partition(_ index: Int32) -> Partition? {
        self.partitions.indices.contains(Int(index)) ? self.partitions[Int(index)] : nil
    }
}
