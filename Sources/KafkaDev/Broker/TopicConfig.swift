/// The settings of a topic that differ from the broker's.
struct TopicConfig: Equatable {
    /// Settings by their names in Kafka, in the form that was given.
    private(set) var values: [String: String] = [:]

    /// A setting that cannot be had.
    struct Problem: Error, Equatable {
        let message: String
    }

    /// Sets `name`, when the broker can do what it says.
    mutating func set(_ name: String, _ value: String) throws(Problem) {
        func number(_ range: ClosedRange<Int64>) throws(Problem) {
            guard let number = Int64(value), range.contains(number) else {
                throw Problem(message: "\(name) must be within \(range.lowerBound)...\(range.upperBound), got \(value)")
            }
        }
        func one(of allowed: String...) throws(Problem) {
            guard allowed.contains(value) else {
                throw Problem(message: "\(name) must be \(allowed.joined(separator: " or ")), got \(value)")
            }
        }
        switch name {
        case "retention.ms", "retention.bytes": try number(-1...Int64.max)
        case "segment.bytes": try number(4_096...1 << 30)
        case "max.message.bytes": try number(1_024...128 << 20)
        case "cleanup.policy": try one(of: "delete")
        case "min.insync.replicas": try one(of: "1")
        case "compression.type": try one(of: "producer")
        case "message.timestamp.type": try one(of: "CreateTime")
        case "unclean.leader.election.enable": try one(of: "true", "false")
        default: throw Problem(message: "\(name) is not a setting of this broker's topics")
        }
        self.values[name] = value
    }

    /// The broker's options with these settings in their place.
    func applied(to base: LogOptions) -> LogOptions {
        var options = base
        if let value = self.values["retention.ms"].flatMap({ Int64($0) }) {
            options.retentionMilliseconds = value < 0 ? nil : value
        }
        if let value = self.values["retention.bytes"].flatMap({ Int64($0) }) {
            options.retentionBytes = value < 0 ? nil : value
        }
        if let value = self.values["segment.bytes"].flatMap({ Int($0) }) { options.segmentBytes = value }
        if let value = self.values["max.message.bytes"].flatMap({ Int($0) }) { options.batchBytesMax = value }
        return options
    }
}
