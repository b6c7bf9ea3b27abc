import CRdkafka
import Logging
import Testing

@testable import Kafka

@Suite struct ConfigurationTests {
    private let connection = KafkaConnectionConfiguration(bootstrapServers: ["127.0.0.1:1"], clientID: "test")
    private let logger = Logger(label: "test")

    private func error(_ body: () throws(KafkaError) -> Void) -> KafkaError? {
        do throws(KafkaError) {
            try body()
            return nil
        } catch {
            return error
        }
    }

    @Test func `an unknown key is refused by its name`() {
        var connection = self.connection
        connection.additional = ["no.such.key": "1"]
        let error = self.error { () throws(KafkaError) in
            _ = try KafkaProducer(KafkaProducerConfiguration(connection), logger: self.logger)
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("no.such.key") == true)
    }

    @Test func `a wrong value is refused with the name of its key`() {
        var connection = self.connection
        connection.additional = ["socket.timeout.ms": "soon"]
        let error = self.error { () throws(KafkaError) in
            _ = try KafkaLogReader(connection, logger: self.logger)
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("socket.timeout.ms") == true)
    }

    @Test(arguments: ["enable.auto.commit", "partitioner", "partition.assignment.strategy", "acks"])
    func `a key that the promises rest on cannot be passed through`(key: String) {
        var connection = self.connection
        connection.additional = [key: "x"]
        let error = self.error { () throws(KafkaError) in
            _ = try KafkaProducer(KafkaProducerConfiguration(connection), logger: self.logger)
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains(key) == true)
    }

    @Test func `an idempotent producer needs all acknowledgements`() {
        var configuration = KafkaProducerConfiguration(self.connection)
        configuration.acks = .leader
        let error = self.error { () throws(KafkaError) in
            _ = try KafkaProducer(configuration, logger: self.logger)
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("acks") == true)
    }

    @Test func `a consumer needs a group and topics`() {
        for (group, topics) in [("", ["a"]), ("g", []), ("g", [""]), ("g", ["^a.*"])] {
            let configuration = KafkaConsumerConfiguration(
                self.connection,
                groupID: group,
                topics: topics,
                autoOffsetReset: .error
            )
            let error = self.error { () throws(KafkaError) in
                _ = try KafkaConsumer(configuration, logger: self.logger)
            }
            #expect(error?.code == .invalidConfiguration, "group \(group), topics \(topics)")
        }
    }

    @Test func `no bootstrap server is an error`() {
        let connection = KafkaConnectionConfiguration(bootstrapServers: [], clientID: "test")
        let error = self.error { () throws(KafkaError) in
            _ = try KafkaLogReader(connection, logger: self.logger)
        }
        #expect(error?.message.contains("bootstrap.servers") == true)
    }

    @Test func `descriptions and errors never show a password`() {
        let sasl = KafkaSASL(username: "user", password: "swordfish")
        let tls = KafkaTLS(keyFile: "/no/such/file", keyPassword: "swordfish")
        var connection = self.connection
        connection.security = KafkaSecurity(sasl: sasl, tls: tls)
        #expect(!"\(connection)".contains("swordfish"))
        #expect(!String(reflecting: connection).contains("swordfish"))
        let error = self.error { () throws(KafkaError) in
            _ = try KafkaLogReader(connection, logger: self.logger)
        }
        #expect(error?.description.contains("swordfish") != true)
    }

    @Test func `errors tell what can be tried again`() {
        #expect(KafkaError(rdkafka: RD_KAFKA_RESP_ERR__TRANSPORT).isRetriable)
        #expect(KafkaError(rdkafka: RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION).isRetriable)
        #expect(!KafkaError(rdkafka: RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE).isRetriable)
        #expect(KafkaError(rdkafka: RD_KAFKA_RESP_ERR__FATAL).isFatal)
        #expect(KafkaError(rdkafka: RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET).code == .offsetOutOfRange)
        #expect(KafkaError(rdkafka: RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION).code == .rebalancing)
    }

    @Test func `lines about a client's work are below warning`() {
        #expect(RDKafkaLog.level(syslog: 3, facility: "FAIL") == .info)
        #expect(RDKafkaLog.level(syslog: 4, facility: "AUTOCREATE") == .debug)
        #expect(RDKafkaLog.level(syslog: 5, facility: "REBALANCE") == .debug)
        #expect(RDKafkaLog.level(syslog: 6, facility: "SESSTMOUT") == .debug)
        #expect(RDKafkaLog.level(syslog: 7, facility: "JOIN") == .trace)
    }
}
