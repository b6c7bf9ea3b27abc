public import Metrics
import Synchronization

/// Puts records that cannot be processed into a topic beside their own, with what is needed to look into them and to
/// send them again.
///
/// A dead letter has the record's key, value and headers, the headers in their order, and behind them headers of its
/// own: the reason and where the record stood. `KafkaDeadLetter` reads it back.
public struct KafkaDeadLetters: Sendable {
    /// The longest reason, in bytes of UTF-8; a longer one is cut.
    public static let reasonBytesMax = 1024
    /// Kinds and topics with a metric of their own; further ones share `other`.
    static let countersMax = 64

    /// How much of its record a letter has.
    private enum Part: CaseIterable {
        case everything, key, nothing
    }

    private final class Counters: Sendable {
        let byLabels = Mutex<[[String]: Counter]>([:])
    }

    private let producer: KafkaProducer
    private let suffix: String
    private let factory: any MetricsFactory
    private let counters = Counters()

    /// Dead letters that go out through `producer`.
    ///
    /// - Parameters:
    ///   - producer: a producer that runs.
    ///   - suffix: what the name of a dead-letter topic has behind the name of its topic.
    ///   - metrics: makes the counter of dead letters; the system's factory without one.
    public init(
        producer: KafkaProducer,
        suffix: String = ".deadLetter",
        metrics: (any MetricsFactory)? = nil
    ) {
        self.producer = producer
        self.suffix = suffix
        self.factory = metrics ?? MetricsSystem.factory
    }

    /// The name of the topic that a topic's dead letters go to.
    public func topic(of topic: String) -> String {
        topic + self.suffix
    }

    /// Forwards a record; returns when the broker has acknowledged it.
    ///
    /// A record so large that the headers are too much is forwarded without its value and its headers, and if need be
    /// without its key: the letter says so, and where the record stands.
    ///
    /// - Parameters:
    ///   - record: the record, as it was read.
    ///   - reason: why it cannot be processed, for people; at most `reasonBytesMax` bytes are kept.
    ///   - kind: a word for the reason, out of few, for metrics.
    /// - Returns: where the letter stands.
    /// - Throws: what `KafkaProducer.send` throws. Sending it again may double the letter, never lose it.
    @discardableResult
    public func add(
        _ record: KafkaRecord,
        reason: String,
        kind: String = "unprocessable"
    ) async throws(KafkaError) -> KafkaDelivery {
        var refusal = KafkaError(.messageTooLarge, "not even the reason fits", topic: self.topic(of: record.topic))
        for part in Part.allCases {
            do throws(KafkaError) {
                let delivery = try await self.producer.send(self.letter(record, reason, part))
                self.counter(topic: record.topic, kind: kind).increment()
                return delivery
            } catch {
                guard error.code == .messageTooLarge else { throw error }
                refusal = error
            }
        }
        throw refusal
    }

    private func letter(_ record: KafkaRecord, _ reason: String, _ part: Part) -> KafkaProducerRecord {
        let isComplete = part == .everything
        let own: [(DeadLetterHeader, String)] = [
            (.reason, Self.bounded(reason)), (.topic, record.topic), (.partition, "\(record.partition)"),
            (.offset, "\(record.offset)"), (.timestamp, "\(record.timestamp)"),
            (.content, isComplete ? DeadLetterHeader.complete : DeadLetterHeader.leftOut),
        ]
        let headers = own.map { KafkaHeader(key: $0.0.rawValue, value: Array($0.1.utf8)) }
        return KafkaProducerRecord(
            topic: self.topic(of: record.topic),
            key: part == .nothing ? nil : record.key,
            value: isComplete ? record.value : nil,
            headers: isComplete ? record.headers + headers : headers
        )
    }

    /// The reason, cut between characters.
    private static func bounded(_ reason: String) -> String {
        guard reason.utf8.count > self.reasonBytesMax else { return reason }
        let mark = "…"
        var kept = ""
        var room = self.reasonBytesMax - mark.utf8.count
        for character in reason {
            room -= character.utf8.count
            guard room >= 0 else { break }
            kept.append(character)
        }
        return kept + mark
    }

    private func counter(topic: String, kind: String) -> Counter {
        self.counters.byLabels.withLock { counters in
            let isNew = counters[[topic, kind]] == nil
            let labels = isNew && counters.count >= Self.countersMax ? ["other", "other"] : [topic, kind]
            if let known = counters[labels] { return known }
            let counter = Counter(
                label: "im_kafka_dead_letters_total",
                dimensions: [("topic", labels[0]), ("reason", labels[1])],
                factory: self.factory
            )
            counters[labels] = counter
            return counter
        }
    }
}
