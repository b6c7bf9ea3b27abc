import ArgumentParser
import Foundation
import Glibc
import Kafka

/// The frame of the Kafka measurements: the broker, and a client that makes and removes topics.
struct KafkaBenchRun {
    let options: BenchOptions
    /// The port of the broker; 0 for any free one.
    let port: Int
    /// The path of kafka-dev, or `nil` for the one beside this program.
    let program: String?

    /// Starts the broker, measures, and stops it again, also after a failure, which is printed.
    func run(_ measure: @Sendable (KafkaBenchSetting) async throws -> Void) async throws {
        // librdkafka does not mark its writes.
        signal(SIGPIPE, SIG_IGN)
        await CleanUp.watch(limitSeconds: self.options.timeLimitSeconds)
        defer { CleanUp.run() }
        do {
            try await self.onBroker(measure)
        } catch {
            FileHandle.standardError.write(Data("bench: error: \(error)\n".utf8))
            CleanUp.run()
            throw ExitCode.failure
        }
    }

    private func onBroker(_ measure: @Sendable (KafkaBenchSetting) async throws -> Void) async throws {
        let broker = try await KafkaBroker.start(port: self.port, program: self.program)
        let report = BenchReport(asJSON: self.options.json)
        report.begin(Machine.facts() + broker.facts + ["rounds: \(self.options.roundCount)"])
        let connection = KafkaConnectionConfiguration(
            bootstrapServers: ["127.0.0.1:\(broker.port)"],
            clientID: "bench"
        )
        let admin = try KafkaAdmin(connection, logger: KafkaBenchSetting.logger)
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await admin.run() }
                defer { group.cancelAll() }
                try await measure(
                    KafkaBenchSetting(
                        options: self.options,
                        broker: broker,
                        report: report,
                        connection: connection,
                        admin: admin
                    )
                )
            }
        } catch {
            // The folder with its output goes at the end.
            throw BenchFailure("\(error)\nlast words of the broker:\n\(broker.lastWords)")
        }
    }
}
