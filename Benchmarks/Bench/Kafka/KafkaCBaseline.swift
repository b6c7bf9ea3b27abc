import CKafkaBaseline
import Glibc
import Kafka

/// The C side, each piece of work on a thread of its own.
enum KafkaCBaseline {
    private typealias Properties = [(name: String, value: String)]

    /// Batches on one thread, which takes the reports as well.
    static func produce(_ setting: KafkaBenchSetting, topic: String, _ load: KafkaLoad) async throws -> Effort {
        try await self.run(KafkaProperties.of(setting.producer), topic, load, kafka_baseline_produce)
    }

    /// Records that are each sent in the callback that reports another one.
    static func produceInTurns(_ setting: KafkaBenchSetting, topic: String, _ load: KafkaLoad) async throws -> Effort {
        try await self.run(KafkaProperties.of(setting.producer), topic, load, kafka_baseline_produce_in_turns)
    }

    /// The only member of a group, from the first record on.
    static func consume(
        _ setting: KafkaBenchSetting,
        topic: String,
        _ load: KafkaLoad,
        hasOwnBounds: Bool
    ) async throws -> Effort {
        let properties = KafkaProperties.of(setting.consumer(topic), hasOwnBounds: hasOwnBounds)
        return try await self.run(properties, topic, load, kafka_baseline_consume)
    }

    /// Microseconds from the call that sends a record to the return of the one that reads it.
    static func latency(
        _ setting: KafkaBenchSetting,
        topic: String,
        _ load: KafkaLoad,
        perSecond: Int
    ) async throws -> [Double] {
        let producer = KafkaProperties.of(setting.producer)
        let consumer = KafkaProperties.of(setting.consumer(topic), hasOwnBounds: false)
        return try await onThread {
            var (outcome, isFine) = (kafka_baseline_outcome(), false)
            let samples = [Double](unsafeUninitializedCapacity: load.records) { buffer, initialized in
                buffer.initialize(repeating: 0)
                isFine = self.withClient(producer) { producer in
                    self.withClient(consumer) { consumer in
                        self.withLoad(topic, load) { load in
                            kafka_baseline_latency(
                                producer,
                                consumer,
                                load,
                                Int32(clamping: perSecond),
                                buffer.baseAddress,
                                &outcome
                            )
                        }
                    }
                }
                initialized = isFine ? load.records : 0
            }
            guard isFine else { throw BenchFailure("C: \(outcome.message)") }
            return samples
        }
    }

    private typealias Work =
        @Sendable (
            kafka_baseline_client, UnsafePointer<kafka_baseline_load>?, UnsafeMutablePointer<kafka_baseline_outcome>?
        ) -> Bool

    private static func run(
        _ properties: Properties,
        _ topic: String,
        _ load: KafkaLoad,
        _ work: @escaping Work
    ) async throws -> Effort {
        try await onThread {
            var outcome = kafka_baseline_outcome()
            let isFine = self.withClient(properties) { client in
                self.withLoad(topic, load) { work(client, $0, &outcome) }
            }
            guard isFine else { throw BenchFailure("C: \(outcome.message)") }
            return Effort(calls: load.records, seconds: outcome.seconds, processorSeconds: outcome.processor_seconds)
        }
    }

    private static func withClient<Result>(
        _ properties: Properties,
        _ body: (kafka_baseline_client) -> Result
    ) -> Result {
        let copies = properties.map { kafka_baseline_property(name: strdup($0.name), value: strdup($0.value)) }
        defer {
            for copy in copies {
                free(UnsafeMutablePointer(mutating: copy.name))
                free(UnsafeMutablePointer(mutating: copy.value))
            }
        }
        return copies.withUnsafeBufferPointer {
            body(kafka_baseline_client(properties: $0.baseAddress, property_count: Int32(clamping: $0.count)))
        }
    }

    private static func withLoad<Result>(
        _ topic: String,
        _ load: KafkaLoad,
        _ body: (UnsafePointer<kafka_baseline_load>) -> Result
    ) -> Result {
        topic.withCString { topic in
            var raw = kafka_baseline_load(
                topic: topic,
                records: load.records,
                value_bytes: load.valueBytes,
                keys: Int32(clamping: KafkaLoad.keys),
                in_flight: Int32(clamping: load.inFlight),
                batch: Int32(clamping: load.batch)
            )
            return withUnsafePointer(to: &raw) { body($0) }
        }
    }
}

extension kafka_baseline_outcome {
    /// Why it failed.
    var message: String {
        withUnsafeBytes(of: self.error) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
