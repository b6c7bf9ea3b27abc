import ArgumentParser
import Foundation
import KafkaDev
import Logging
import UnixSignals

/// The program `kafka-dev`: a broker for development and tests.
@main
struct KafkaDevCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kafka-dev",
        abstract: "A single-node broker that speaks Kafka's protocol, for development and tests.",
        discussion: """
            Records survive the end of the process under every --fsync policy; the policy decides what a power cut may \
            take. Bytes are whole numbers, or KiB, MiB, GiB; times are ms, s, m, h or d.
            """
    )

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on, 1...65535.")
    var port = 19_092

    @Option(
        help: ArgumentHelp(
            "The address that clients are told. Default: the one that is listened on.",
            valueName: "host:port"
        )
    )
    var advertised: String?

    @Option(help: "The folder that everything is kept in.")
    var data: String

    @Option(help: ArgumentHelp("A topic to make unless it exists; may be repeated.", valueName: "name:partitions"))
    var topic: [String] = []

    @Option(help: ArgumentHelp("Partitions of topics that clients ask for and that do not exist.", valueName: "N|off"))
    var autoCreateTopics = "4"

    @Option(help: ArgumentHelp("When records are forced to the disk.", valueName: "never|always|time"))
    var fsync = "1s"

    @Option(help: ArgumentHelp("What a partition keeps at least.", valueName: "bytes|off"))
    var retentionBytes = "off"

    @Option(help: ArgumentHelp("How long records are kept.", valueName: "time|off"))
    var retentionTime = "7d"

    @Option(help: "A segment's greatest length, 4KiB...1GiB.")
    var segmentBytes = "64MiB"

    @Option(help: "A request's greatest length, 1KiB...128MiB.")
    var requestBytes = "16MiB"

    @Option(help: "A record batch's greatest length, from 1KiB to a request's.")
    var messageBytes = "1048588"

    @Option(help: "How long the first rebalance of an empty group waits for more members.")
    var initialRebalanceDelay = "0ms"

    @Option(
        help: ArgumentHelp("The broker's certificate and its chain, PEM: the port speaks TLS.", valueName: "file")
    )
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("The certificate's private key, PEM, without a passphrase.", valueName: "file"))
    var tlsKey: String?

    @Option(
        name: .customLong("tls-client-ca"),
        help: ArgumentHelp("Authorities of clients, PEM: each must have a certificate of one.", valueName: "file")
    )
    var tlsClientAuthority: String?

    @Option(
        help: ArgumentHelp("Users, one a line as name:password: clients must authenticate.", valueName: "file")
    )
    var saslUserFile: String?

    @Option(
        help: ArgumentHelp(
            "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; may be repeated. Default: all of them.",
            valueName: "mechanism"
        )
    )
    var saslMechanism: [String] = []

    @Option(help: ArgumentHelp("What is logged.", valueName: "trace|debug|info|notice|warning|error"))
    var logLevel = "info"

    func validate() throws {
        _ = try self.settings()
        _ = try self.level()
    }

    func run() async throws {
        // A client may be gone when its answer is written.
        signal(SIGPIPE, SIG_IGN)
        Self.allowManyFiles()
        let level = try self.level()
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        let server = KafkaDevServer(configuration: try self.settings(), logger: Logger(label: "kafka-dev"))
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server.run() }
                group.addTask {
                    for await _ in signals { break }
                }
                // Whichever ends first ends the other: a signal the broker, or the broker that cannot start the wait.
                try await group.next()
                group.cancelAll()
                try await group.waitForAll()
            }
        } catch let error as KafkaDevError {
            FileHandle.standardError.write(Data("kafka-dev: \(error)\n".utf8))
            throw ExitCode.failure
        }
    }

    /// Raises the limit of open files to what the system allows this process; partitions and connections need them.
    private static func allowManyFiles() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    private func level() throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: self.logLevel) else {
            throw Self.wrong("--log-level", "trace, debug, info, notice, warning or error", self.logLevel)
        }
        return level
    }

    private static func wrong(_ flag: String, _ rule: String, _ value: String) -> ValidationError {
        ValidationError("\(flag) must be \(rule), got \(value)")
    }

    private static func bytes(_ flag: String, _ value: String) throws -> Int64 {
        guard let bytes = DurationText.parseBytes(value) else {
            throw Self.wrong(flag, "a number of bytes, KiB, MiB or GiB", value)
        }
        return bytes
    }

    private static func time(_ flag: String, _ value: String) throws -> Duration {
        guard let time = DurationText.parse(value) else {
            throw Self.wrong(flag, "a number with ms, s, m, h or d", value)
        }
        return time
    }

    /// The name or address and the port of `host:port`, or the two parts of `name:partitions`.
    private static func pair(_ flag: String, _ form: String, _ value: String) throws -> (String, Int) {
        guard let colon = value.lastIndex(of: ":"), let number = Int(value[value.index(after: colon)...]),
            colon > value.startIndex
        else { throw Self.wrong(flag, form, value) }
        return (String(value[..<colon]), number)
    }

    private func tls() throws -> KafkaDevTLS? {
        switch (self.tlsCertificate, self.tlsKey) {
        case (let certificate?, let key?):
            return KafkaDevTLS(
                certificateFile: certificate,
                keyFile: key,
                clientAuthorityFile: self.tlsClientAuthority
            )
        case (nil, nil):
            guard self.tlsClientAuthority == nil else {
                throw ValidationError("--tls-client-ca needs --tls-certificate and --tls-key")
            }
            return nil
        default: throw ValidationError("--tls-certificate and --tls-key must be given together")
        }
    }

    private func sasl() throws -> KafkaDevSASL? {
        guard let saslUserFile else {
            guard self.saslMechanism.isEmpty else { throw ValidationError("--sasl-mechanism needs --sasl-user-file") }
            return nil
        }
        let mechanisms = try self.saslMechanism.map { name in
            guard let mechanism = KafkaDevSASL.Mechanism(rawValue: name) else {
                let names = KafkaDevSASL.Mechanism.allCases.map(\.rawValue).joined(separator: ", ")
                throw Self.wrong("--sasl-mechanism", "one of \(names)", name)
            }
            return mechanism
        }
        guard !mechanisms.isEmpty else { return KafkaDevSASL(userFile: saslUserFile) }
        return KafkaDevSASL(userFile: saslUserFile, mechanisms: mechanisms)
    }

    private func settings() throws -> KafkaDevConfiguration {
        var settings = KafkaDevConfiguration(dataFolder: self.data)
        settings.host = self.host
        guard (1...65_535).contains(self.port) else {
            throw Self.wrong("--port", "within 1...65535", "\(self.port)")
        }
        settings.port = self.port
        if let advertised {
            let (host, port) = try Self.pair("--advertised", "host:port", advertised)
            settings.advertised = (host, port)
        }
        settings.topics = try self.topic.map {
            let (name, partitions) = try Self.pair("--topic", "name:partitions", $0)
            return .init(name: name, partitions: partitions)
        }
        if self.autoCreateTopics == "off" {
            settings.autoCreatedPartitions = nil
        } else {
            guard let count = Int(self.autoCreateTopics), count >= 1 else {
                throw Self.wrong("--auto-create-topics", "a number from 1 on, or off", self.autoCreateTopics)
            }
            settings.autoCreatedPartitions = count
        }
        guard let fsync = FsyncPolicy(self.fsync) else {
            throw Self.wrong("--fsync", "never, always, or a time within 1ms...1h", self.fsync)
        }
        settings.fsync = fsync
        settings.retentionBytes =
            self.retentionBytes == "off" ? nil : try Self.bytes("--retention-bytes", self.retentionBytes)
        settings.retentionTime =
            self.retentionTime == "off" ? nil : try Self.time("--retention-time", self.retentionTime)
        settings.segmentBytes = Int(try Self.bytes("--segment-bytes", self.segmentBytes))
        settings.limits.requestBytesMax = Int(try Self.bytes("--request-bytes", self.requestBytes))
        settings.limits.requestBytesInFlightMax = max(64 << 20, 2 * settings.limits.requestBytesMax)
        settings.limits.batchBytesMax = Int(try Self.bytes("--message-bytes", self.messageBytes))
        settings.initialRebalanceDelay = try Self.time("--initial-rebalance-delay", self.initialRebalanceDelay)
        settings.tls = try self.tls()
        settings.sasl = try self.sasl()
        do {
            try settings.validate()
        } catch {
            throw ValidationError(error.message)
        }
        return settings
    }
}
