/// A record that could not be processed, read back from its dead-letter topic.
public struct KafkaDeadLetter: Sendable, Hashable {
    /// Why it could not be processed.
    public var reason: String
    /// The record as it was read: its topic, partition, offset and time, key, value and headers.
    ///
    /// A time that the letter does not tell is -1.
    public var record: KafkaRecord
    /// Whether value and headers are there; a record too large for the letter has at most its key, and stands in its
    /// topic as long as that keeps it.
    public var isComplete: Bool

    /// Reads a dead letter.
    ///
    /// - Parameter letter: a record of a dead-letter topic.
    /// - Throws: `.invalidArgument` when the record is no dead letter.
    public init(_ letter: KafkaRecord) throws(KafkaError) {
        func refuse(_ message: String) -> KafkaError {
            KafkaError(.invalidArgument, "no dead letter: \(message)", topic: letter.topic, partition: letter.partition)
        }
        // The last one: a record that was a dead letter before has those of that time among its own headers.
        guard let start = letter.headers.lastIndex(where: { $0.key == DeadLetterHeader.reason.rawValue }) else {
            throw refuse("it has no reason")
        }
        let own = letter.headers[start...]
        guard own.allSatisfy({ $0.key.hasPrefix(DeadLetterHeader.prefix) }) else {
            throw refuse("it has other headers behind its reason")
        }
        func text(_ header: DeadLetterHeader) -> String? {
            own.first { $0.key == header.rawValue }?.value.map { String(decoding: $0, as: UTF8.self) }
        }
        guard let topic = text(.topic), let partition = text(.partition).flatMap({ Int32($0) }),
            let offset = text(.offset).flatMap({ Int64($0) }), !topic.isEmpty, partition >= 0, offset >= 0
        else { throw refuse("it does not say where the record stood") }
        self.reason = text(.reason) ?? ""
        self.isComplete = text(.content) != DeadLetterHeader.leftOut
        self.record = KafkaRecord(
            topic: topic,
            partition: partition,
            offset: offset,
            timestamp: text(.timestamp).flatMap { Int64($0) } ?? -1,
            key: letter.key,
            value: letter.value,
            headers: Array(letter.headers[..<start])
        )
    }

    /// The record to produce, so that it is processed once more: to its partition, with its own time and headers.
    ///
    /// `nil` when the letter is not complete.
    public var redrive: KafkaProducerRecord? {
        guard self.isComplete else { return nil }
        return KafkaProducerRecord(
            topic: self.record.topic,
            partition: self.record.partition,
            key: self.record.key,
            value: self.record.value,
            headers: self.record.headers,
            timestamp: self.record.timestamp < 0 ? nil : self.record.timestamp
        )
    }
}
