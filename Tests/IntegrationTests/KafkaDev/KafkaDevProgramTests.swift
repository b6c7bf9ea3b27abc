import Foundation
import TestKit
import Testing

extension KafkaDevSuites {
    /// The program itself: its flags, its start and its end.
    @Suite(.serialized, .timeLimit(.minutes(60))) struct KafkaDevProgramTests {
        @Test(arguments: [
            (["--port", "0"], "--port must be within 1...65535"),
            (["--fsync", "often"], "--fsync must be never, always"),
            (["--topic", "name"], "--topic must be name:partitions"),
            (["--topic", "a b:1"], "topic name a b must match"),
            (["--auto-create-topics", "none"], "--auto-create-topics must be"),
            (["--retention-time", "7"], "--retention-time must be"),
            (["--retention-bytes", "1GB"], "--retention-bytes must be"),
            (["--segment-bytes", "1"], "segment bytes must be within"),
            (["--log-level", "loud"], "--log-level must be"),
            (["--advertised", "here"], "--advertised must be host:port"),
            (["--tls-certificate", "f"], "--tls-certificate and --tls-key must be given together"),
            (["--tls-client-ca", "f"], "--tls-client-ca needs --tls-certificate and --tls-key"),
            (["--sasl-mechanism", "PLAIN"], "--sasl-mechanism needs --sasl-user-file"),
            (["--sasl-user-file", "f", "--sasl-mechanism", "GSSAPI"], "--sasl-mechanism must be one of PLAIN"),
        ])
        func `a wrong value is an error that names the flag and the rule`(
            arguments: [String],
            rule: String
        ) async throws {
            let folder = try TemporaryFolder("kafka-dev")
            let process = try GuardedProcess(
                BuiltProduct.path("kafka-dev"),
                ["--data", "\(folder.path)/data"] + arguments,
                outputPath: "\(folder.path)/out"
            )
            #expect(await process.wait(atMost: .seconds(10)) == 64)
            #expect(process.output.contains(rule), "\(process.output)")
            #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/data"))
        }

        @Test(arguments: [
            (["--tls-certificate", "/none.pem", "--tls-key", "/none.key"], "tls certificate must be", "/none.pem"),
            (["--sasl-user-file", "/none"], "sasl user file must have lines name:password", "/none"),
        ])
        func `a file that is missing is an error that names the flag, the rule and the file`(
            arguments: [String],
            rule: String,
            path: String
        ) async throws {
            let folder = try TemporaryFolder("kafka-dev")
            let process = try GuardedProcess(
                BuiltProduct.path("kafka-dev"),
                ["--data", "\(folder.path)/data"] + arguments,
                outputPath: "\(folder.path)/out"
            )
            #expect(await process.wait(atMost: .seconds(10)) == 1)
            #expect(process.output.contains(rule) && process.output.contains(path), "\(process.output)")
            #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/data"))
        }

        @Test func `it says what it is for, and both signals stop it cleanly`() async throws {
            try await KafkaDevProcess.with { broker in
                #expect(broker.output.contains("for development and tests"))
                for _ in 0..<2 {
                    #expect(await broker.stop() == 0)
                    try broker.start()
                    try await broker.waitUntilReady()
                }
                #expect(broker.output.contains("clean=true"))
            }
        }

        @Test(.enabled(if: KafkaClient.hasKcat, "kcat is not installed"))
        func `a clean log is open within 0.3 s, whatever its length`() async throws {
            let topics = (0..<20).flatMap { ["--topic", "t\($0):4"] }
            try await KafkaDevProcess.with(topics + ["--segment-bytes", "1MiB"]) { broker in
                let lines = (0..<40_000).map { "\($0) " + String(repeating: "x", count: 1_000) }
                for topic in 0..<2 { try await KafkaClient.kcatProduce(lines, to: "t\(topic)", broker) }
                var best = Duration.seconds(60)
                for _ in 0..<3 {
                    #expect(await broker.stop() == 0)
                    try broker.start()
                    best = min(best, try await broker.waitUntilReady())
                }
                print("start with 80 partitions and 80 MB: \(best)")
                #expect(best < .milliseconds(300))
            }
        }

        /// 10 GB through a broker whose memory stays flat; about ten minutes, and 11 GB of disk.
        @Test(.enabled(if: ProcessInfo.processInfo.environment["LONG_TESTS"] == "1", "LONG_TESTS=1"))
        func `a log of 10 GB stays correct, and memory stays flat`() async throws {
            try await KafkaDevProcess.with(["--topic", "big:2", "--fsync", "never", "--retention-time", "off"]) {
                broker in
                let folder = broker.folderPath
                let script = BigLogScript.text
                let python = KafkaClient.confluentPython
                let arguments = [broker.address, "big", "10000000000"]
                var memory: [Int] = []
                let writer = try KafkaClient.start(python, ["-c", script, "write"] + arguments, folder: folder)
                while writer.exitCode == nil {
                    memory.append(broker.residentMemory)
                    try await Task.sleep(for: .seconds(1))
                }
                #expect(writer.exitCode == 0, "\(writer.output)")
                let reader = try KafkaClient.start(python, ["-c", script, "read"] + arguments, folder: folder)
                while reader.exitCode == nil {
                    memory.append(broker.residentMemory)
                    try await Task.sleep(for: .seconds(1))
                }
                #expect(reader.exitCode == 0, "\(reader.output)")
                let greatest = memory.max() ?? 0
                print("10 GB: greatest memory \(greatest >> 20) MiB; \(writer.output) \(reader.output)")
                #expect(greatest < 300 << 20)
                #expect(await broker.stop() == 0)
                try broker.start()
                let clean = try await broker.waitUntilReady()
                broker.kill()
                try broker.start()
                let crashed = try await broker.waitUntilReady(within: .seconds(60))
                print("start: clean \(clean), after a crash \(crashed)")
                #expect(clean < .milliseconds(300))
                try await KafkaClient.python(
                    python,
                    script,
                    ["read"] + arguments,
                    folder: folder,
                    within: .seconds(1_800)
                )
            }
        }
    }
}
