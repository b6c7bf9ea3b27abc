import Foundation
import Kafka
import Logging
import TestKit
import Testing

/// A member of a group in a process of its own, so that it can be killed: this program again, which runs only
/// `KafkaConsumerMemberProgram`.
final class KafkaConsumerMember: Sendable {
    private static let prefix = "KAFKA_CONSUMER_MEMBER_"
    private let process: GuardedProcess
    private let stopPath: String

    /// Starts the process.
    init(
        _ name: String,
        broker: String,
        folder: String,
        seed: Seed,
        rebalanceProtocol: KafkaRebalanceProtocol = .cooperative
    ) throws {
        self.stopPath = "\(folder)/\(name).stop"
        let values = [
            "NAME": name, "BROKER": broker, "FOLDER": folder, "SEED": "\(seed.value)",
            "PROTOCOL": "\(rebalanceProtocol)",
        ]
        self.process = try GuardedProcess(
            CommandLine.arguments[0],
            ["--testing-library", "swift-testing", "--filter", "KafkaConsumerMemberProgram"],
            environment: Dictionary(uniqueKeysWithValues: values.map { (Self.prefix + $0.key, $0.value) }),
            outputPath: "\(folder)/\(name).log"
        )
    }

    /// Ends it as a crash would.
    func kill() {
        self.process.kill()
    }

    /// Asks it to leave its group and to end.
    ///
    /// - Returns: its exit code.
    func stop(within limit: Duration = .seconds(30)) async throws -> Int32 {
        try Data().write(to: URL(filePath: self.stopPath))
        return await self.process.wait(atMost: limit)
    }

    var output: String { self.process.output }

    /// A value that the starter has given to this process.
    static func value(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[Self.prefix + name]
    }

    /// A configuration for groups that change often.
    static func configuration(_ broker: String) -> KafkaConsumerConfiguration {
        let connection = KafkaConnectionConfiguration(bootstrapServers: [broker], clientID: "member")
        var configuration = KafkaConsumerConfiguration(
            connection,
            groupID: "group",
            topics: ["t"],
            autoOffsetReset: .earliest
        )
        configuration.sessionTimeout = .milliseconds(1500)
        configuration.heartbeatInterval = .milliseconds(300)
        configuration.batchRecordsMax = 20
        configuration.revocationTimeout = .seconds(3)
        configuration.leaveTimeout = .seconds(2)
        configuration.operationTimeout = .seconds(4)
        var window = KafkaAcknowledgementWindow()
        window.commitInterval = .milliseconds(50)
        configuration.acknowledgementWindow = window
        return configuration
    }
}

/// What the process of a `KafkaConsumerMember` runs.
@Suite(.enabled(if: KafkaConsumerMember.value("NAME") != nil, "runs in processes that other tests start"))
struct KafkaConsumerMemberProgram {
    @Test func `a member works until it is told to stop`() async throws {
        let name = KafkaConsumerMember.value("NAME") ?? ""
        let folder = KafkaConsumerMember.value("FOLDER") ?? ""
        let seed = Seed(KafkaConsumerMember.value("SEED").flatMap { UInt64($0) } ?? 0)
        let journal = KafkaConsumerJournal("\(folder)/\(name).journal", member: name)
        var configuration = KafkaConsumerMember.configuration(KafkaConsumerMember.value("BROKER") ?? "")
        let rebalanceProtocol = KafkaConsumerMember.value("PROTOCOL")
        configuration.rebalanceProtocol = try #require(
            KafkaRebalanceProtocol.allCases.first { "\($0)" == rebalanceProtocol }
        )
        let consumer = try KafkaConsumer(configuration, logger: Logger(label: "member"))
        let run = Task { try await consumer.run { try await journal.work($0, seed: seed) } }
        while !FileManager.default.fileExists(atPath: "\(folder)/\(name).stop") {
            try await Task.sleep(for: .milliseconds(20))
        }
        run.cancel()
        try await run.value
    }
}
