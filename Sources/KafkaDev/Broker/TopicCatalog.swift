/// The topics that exist, in one small text file that is replaced as a whole.
///
/// Its first line names the cluster; every other line is a topic: number, name, number of partitions, settings. The
/// number is part of the folders' names, so that a topic which is made anew never meets the files of the old one.
struct TopicCatalog: Equatable {
    /// A topic.
    struct Entry: Equatable {
        var number: Int
        var name: String
        var partitions: Int
        var config = TopicConfig()

        /// The folder of a partition, below the folder of topics.
        func folder(_ partition: Int) -> String {
            "\(self.number)-\(partition)"
        }
    }

    /// What clients are told as the cluster's id.
    let clusterID: String
    private(set) var entries: [Entry] = []
    private var nextNumber = 1

    /// No topics yet.
    init(clusterID: String) {
        self.clusterID = clusterID
    }

    /// Reads the file's content; nil when it is not a catalog.
    init?(_ content: [UInt8]) {
        let lines = String(decoding: content, as: UTF8.self).split(separator: "\n")
        guard let head = lines.first?.split(separator: " "), head.count == 4, head[0] == "kafka-dev", head[1] == "1",
            let next = Int(head[3])
        else { return nil }
        self.clusterID = String(head[2])
        self.nextNumber = next
        for line in lines.dropFirst() {
            let words = line.split(separator: " ")
            guard words.count >= 3, let number = Int(words[0]), let partitions = Int(words[2]), partitions > 0 else {
                return nil
            }
            var entry = Entry(number: number, name: String(words[1]), partitions: partitions)
            for word in words.dropFirst(3) {
                let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else { return nil }
                // A setting that an older version knew is no reason to refuse the start.
                try? entry.config.set(String(parts[0]), String(parts[1]))
            }
            self.entries.append(entry)
        }
    }

    /// The file's content.
    var content: [UInt8] {
        var lines = ["kafka-dev 1 \(self.clusterID) \(self.nextNumber)"]
        for entry in self.entries {
            let settings = entry.config.values.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
            lines.append("\(entry.number) \(entry.name) \(entry.partitions)\(settings.joined())")
        }
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    /// Adds a topic.
    mutating func add(_ name: String, partitions: Int, config: TopicConfig) -> Entry {
        let entry = Entry(number: self.nextNumber, name: name, partitions: partitions, config: config)
        self.nextNumber += 1
        self.entries.append(entry)
        return entry
    }

    /// Removes a topic.
    mutating func remove(_ name: String) {
        self.entries.removeAll { $0.name == name }
    }

    /// Gives a topic more partitions.
    mutating func grow(_ name: String, to partitions: Int) {
        guard let index = self.entries.firstIndex(where: { $0.name == name }) else { return }
        self.entries[index].partitions = partitions
    }
}
