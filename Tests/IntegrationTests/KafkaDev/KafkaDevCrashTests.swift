import Foundation
import TestKit
import Testing

extension KafkaDevSuites {
    /// The broker is killed again and again while a producer writes and a consumer commits.
    @Suite(.serialized, .timeLimit(.minutes(30))) struct KafkaDevCrashTests {
        private static let isLong = ProcessInfo.processInfo.environment["LONG_TESTS"] == "1"

        @Test(
            .enabled(if: KafkaClient.hasConfluent, "PyPI's confluent-kafka is not installed"),
            arguments: ["never", "100ms", "always"]
        )
        func `kill -9 loses no confirmed record, doubles none and turns no order`(fsync: String) async throws {
            let arguments = ["--topic", "t:4", "--fsync", fsync, "--segment-bytes", "256KiB"]
            try await KafkaDevProcess.with(arguments) { broker in
                let rounds = Self.isLong ? 200 : 8
                let stop = "\(broker.folderPath)/stop"
                let load = try KafkaClient.start(
                    KafkaClient.confluentPython,
                    ["-c", CrashScript.load, broker.address, "t", stop],
                    folder: broker.folderPath
                )
                // An idempotent producer needs a while for its id.
                let hasBegun = try await eventually { FileManager.default.fileExists(atPath: "\(stop).begun") }
                #expect(hasBegun, "\(load.output)")
                var random = Seed.fresh().generator()
                for _ in 0..<rounds {
                    try await Task.sleep(for: .milliseconds(Int.random(in: 50...900, using: &random)))
                    broker.kill()
                    try broker.start()
                    try await broker.waitUntilReady()
                }
                try Data().write(to: URL(filePath: stop))
                let code = await load.wait(atMost: .seconds(120))
                #expect(code == 0, "\(load.output)")
                #expect(load.output.contains("lost 0 doubled 0 turned 0 commits lost 0"), "\(load.output)")
                print("kill -9, fsync \(fsync), \(rounds) rounds: \(load.output)")
            }
        }
    }
}
