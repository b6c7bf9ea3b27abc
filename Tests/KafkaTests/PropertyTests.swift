import CRdkafka
import Logging
import Testing

@testable import Kafka

@Suite struct PropertyTests {
    private static let logger = Logger(label: "test")

    private func connection(_ additional: [String: String]) -> KafkaConnectionConfiguration {
        KafkaConnectionConfiguration(bootstrapServers: ["127.0.0.1:1"], clientID: "test", additional: additional)
    }

    private func producerError(
        _ additional: [String: String],
        _ change: (inout KafkaProducerConfiguration) -> Void = { _ in }
    ) -> KafkaError? {
        var configuration = KafkaProducerConfiguration(self.connection(additional))
        change(&configuration)
        do throws(KafkaError) {
            _ = try KafkaProducer(configuration, logger: Self.logger)
            return nil
        } catch {
            return error
        }
    }

    private func consumerError(_ additional: [String: String]) -> KafkaError? {
        let configuration = KafkaConsumerConfiguration(
            self.connection(additional),
            groupID: "g",
            topics: ["t"],
            autoOffsetReset: .earliest
        )
        do throws(KafkaError) {
            _ = try KafkaConsumer(configuration, logger: Self.logger)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        "linger.ms", "queue.buffering.max.ms", "compression.codec", "compression.type", "message.timeout.ms",
        "delivery.timeout.ms", "client.id", "message.max.bytes", "request.required.acks",
        "metadata.broker.list", "statistics.interval.ms", "queue.buffering.max.messages", "log.queue",
    ])
    func `a property that a producer's settings name cannot be passed through beside them`(key: String) {
        let error = self.producerError([key: "1"])
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.hasPrefix("\(key): ") == true)
    }

    @Test(arguments: [
        "session.timeout.ms", "fetch.wait.max.ms", "group.id", "auto.commit.enable", "max.poll.interval.ms",
    ])
    func `a property that a consumer's settings name cannot be passed through beside them`(key: String) {
        let error = self.consumerError([key: "1"])
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.hasPrefix("\(key): ") == true)
    }

    @Test func `properties without a setting are passed through`() {
        #expect(self.producerError(["socket.nagle.disable": "false", "batch.num.messages": "10"]) == nil)
        #expect(self.consumerError(["isolation.level": "read_uncommitted", "fetch.min.bytes": "5"]) == nil)
    }

    @Test func `security that has no setting is passed through, and not beside one`() {
        let additional = ["security.protocol": "sasl_plaintext", "sasl.mechanism": "OAUTHBEARER"]
        #expect(self.producerError(additional) == nil)
        let error = self.producerError(additional) { $0.connection.security.tls = KafkaTLS() }
        #expect(error?.message.hasPrefix("security.protocol: ") == true)
    }

    @Test func `an alias is refused with the name that it stands for`() {
        #expect(self.producerError(["delivery.timeout.ms": "5"])?.message.contains("message.timeout.ms") == true)
    }

    @Test func `librdkafka takes the aliases for what they are taken for here`() throws {
        let aliases = [
            ("metadata.broker.list", "a:1"), ("max.in.flight", "3"), ("sasl.mechanisms", "PLAIN"),
            ("compression.type", "gzip"), ("queue.buffering.max.ms", "7"), ("retries", "8"),
            ("request.required.acks", "1"), ("delivery.timeout.ms", "9"), ("fetch.message.max.bytes", "1000"),
        ]
        for (alias, value) in aliases {
            let conf = rd_kafka_conf_new()
            defer { rd_kafka_conf_destroy(conf) }
            #expect(RDKafkaProperty.canonical(alias) != alias)
            #expect(rd_kafka_conf_set(conf, alias, value, nil, 0) == RD_KAFKA_CONF_OK, "\(alias)")
            var text = [CChar](repeating: 0, count: 64)
            var size = text.count
            let name = RDKafkaProperty.canonical(alias)
            #expect(rd_kafka_conf_get(conf, name, &text, &size) == RD_KAFKA_CONF_OK, "\(name)")
            #expect(String(nulTerminated: text) == value, "\(alias)")
        }
    }

    @Test func `settings of a producer that contradict each other are refused`() {
        let changes: [(String, (inout KafkaProducerConfiguration) -> Void)] = [
            ("linger.ms", { $0.linger = .seconds(60) }), ("linger.ms", { $0.linger = .milliseconds(-1) }),
            ("message.timeout.ms", { $0.deliveryTimeout = .zero }),
            ("flushTimeout", { $0.flushTimeout = .seconds(-1) }),
            ("queue.buffering.max.messages", { $0.queueRecordsMax = 0 }),
            ("queue.buffering.max.kbytes", { $0.queueBytesMax = 10 }),
            ("message.max.bytes", { $0.messageBytesMax = 1 }), ("acks", { $0.acks = .none }),
            ("statistics.interval.ms", { $0.connection.statisticsInterval = .zero }),
            ("max.in.flight", { $0.connection.additional = ["max.in.flight": "6"] }),
        ]
        for (key, change) in changes {
            let error = self.producerError([:], change)
            #expect(error?.code == .invalidConfiguration, "\(key)")
            #expect(error?.message.contains(key) == true, "\(key): \(error?.message ?? "")")
        }
    }

    @Test func `a zero byte does not cut a value short`() {
        let error = self.producerError(["socket.timeout.ms": "1000\u{0}x"])
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("socket.timeout.ms") == true)
    }

    @Test(arguments: [
        "sasl.password", "ssl.key.password", "ssl.key.pem", "ssl.keystore.password", "sasl.oauthbearer.config",
        "sasl.oauthbearer.client.secret",
    ])
    func `a secret that is passed through is never shown`(key: String) {
        let connection = self.connection([key: "swordfish"])
        let configuration = KafkaProducerConfiguration(connection)
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(connection)", String(reflecting: connection), "\(configuration)", dumped] {
            #expect(!text.contains("swordfish"))
            #expect(text.contains("test"))
        }
        let error = self.producerError([key: "swordfish\u{0}"])
        #expect(error?.description.contains("swordfish") == false)
    }

    @Test func `dump shows no password of SASL and TLS`() {
        let security = KafkaSecurity(
            sasl: KafkaSASL(username: "user", password: "swordfish"),
            tls: KafkaTLS(keyFile: "/key", keyPassword: "swordfish")
        )
        var dumped = ""
        dump(security, to: &dumped)
        #expect(!dumped.contains("swordfish"))
        #expect(dumped.contains("user"))
    }
}
