import Kafka
import ServerRuntime
import Testing

@testable import IMStorage

@Suite struct KafkaSettingsTests {
    private func read(_ yaml: String) throws -> KafkaSettings {
        try TestConfiguration.read(yaml) { KafkaSettings(reading: $0) }
    }

    @Test func `without a file nothing accepted can be lost`() throws {
        let settings = try self.read("")
        #expect(settings.connection.bootstrapServers == ["127.0.0.1:19094"])
        #expect(settings.connection.security == .plaintext)
        #expect(settings.topics == PipelineTopics())
        #expect(settings.producer.acks == .all)
        #expect(settings.producer.idempotent)
        let consumer = settings.consumer(of: "t", group: "g")
        #expect(consumer.autoOffsetReset == .earliest)
        #expect((consumer.groupID, consumer.topics) == ("g", ["t"]))
    }

    @Test(arguments: [
        ("no_response", KafkaAcknowledgement.none), ("wait_for_local", .leader), ("WAIT_FOR_ALL", .all),
    ])
    func `acknowledgements have OpenIM's names and only all of them are idempotent`(
        name: String,
        acks: KafkaAcknowledgement
    ) throws {
        let settings = try self.read("producerAck: \(name)\n")
        #expect(settings.producer.acks == acks)
        #expect(settings.producer.idempotent == (acks == .all))
    }

    @Test(arguments: KafkaCompression.allCases) func `every codec can be chosen`(codec: KafkaCompression) throws {
        #expect(try self.read("compressType: \(codec.rawValue)\n").producer.compression == codec)
    }

    @Test func `topics, groups and times are read`() throws {
        let settings = try self.read(
            """
            toRedisTopic: a
            toMongoTopic: b
            toPushTopic: c
            toOfflinePushTopic: d
            toRedisGroupID: e
            toMongoGroupID: f
            toPushGroupID: g
            archiveGroupID: h
            fetchWait: 10ms
            sessionTimeout: 6s
            """
        )
        #expect(settings.topics.aligned + [settings.topics.toOfflinePush] == ["a", "b", "c", "d"])
        #expect([settings.topics.toRedisGroup, settings.topics.toMongoGroup] == ["e", "f"])
        #expect([settings.topics.toPushGroup, settings.topics.archiveGroup] == ["g", "h"])
        let consumer = settings.consumer(of: "a", group: "e")
        #expect(consumer.fetchWait == .milliseconds(10))
        #expect(consumer.sessionTimeout == .seconds(6))
        #expect(consumer.heartbeatInterval * 3 <= consumer.sessionTimeout)
    }

    @Test func `a login is used when it is set, TLS when it is switched on`() throws {
        let files = "  caCrt: ca\n  clientCrt: crt\n  clientKey: key\n  clientKeyPwd: pwd\n  insecureSkipVerify: true\n"
        let off = try self.read("username: u\npassword: p\ntls:\n  enableTLS: false\n" + files)
        #expect(off.connection.security == KafkaSecurity(sasl: KafkaSASL(username: "u", password: "p")))
        let on = try self.read("tls:\n  enableTLS: true\n" + files)
        let tls = KafkaTLS(
            caFile: "ca",
            certificateFile: "crt",
            keyFile: "key",
            keyPassword: "pwd",
            insecureSkipVerify: true
        )
        #expect(on.connection.security == KafkaSecurity(tls: tls))
        #expect(try self.read("tls:\n  enableTLS: true\n").connection.security == KafkaSecurity(tls: KafkaTLS()))
    }

    @Test(arguments: [
        "producerAck: some", "compressType: rar", "fetchWait: 0ms", "sessionTimeout: 500ms", "fetchWait: 1",
    ])
    func `wrong values are problems`(yaml: String) {
        #expect(throws: ConfigurationError.self) { try self.read(yaml) }
    }
}
