/// A topic with something for each of some partitions, the shape that most messages have.
struct TopicPartitions<Partition: WireValue & Equatable & Sendable>: WireValue, Equatable {
    var name = ""
    var partitions: [Partition] = []

    mutating func code(_ coder: inout some WireCoder) throws(WireError) {
        try coder.string(&self.name)
        try coder.array(&self.partitions)
        try coder.tags()
    }
}
