import TestKit
import Testing

extension KafkaDevSuites {
    /// Debian's kcat, on librdkafka 2.0.
    @Suite(.enabled(if: KafkaClient.hasKcat, "kcat is not installed"), .timeLimit(.minutes(3))) struct KcatTests {
        @Test(arguments: ["none", "gzip", "snappy", "lz4", "zstd"])
        func `what is produced is consumed, with every codec, idempotent or not`(codec: String) async throws {
            try await KafkaDevProcess.with(["--topic", "t:3"]) { broker in
                let lines = (0..<5_000).map { "line \($0) \(codec)" }
                try await KafkaClient.kcatProduce(Array(lines[..<2_500]), to: "t", broker, ["-z", codec])
                let idempotent = ["-z", codec, "-X", "enable.idempotence=true"]
                try await KafkaClient.kcatProduce(Array(lines[2_500...]), to: "t", broker, idempotent)
                #expect(try await Set(KafkaClient.kcatConsume("t", broker)) == Set(lines))
            }
        }

        @Test(arguments: ["0", "1", "all"]) func `every kind of acknowledgement stores the records`(
            acks: String
        ) async throws {
            try await KafkaDevProcess.with(["--topic", "t:1"]) { broker in
                let lines = (0..<1_000).map { "\($0)" }
                try await KafkaClient.kcatProduce(lines, to: "t", broker, ["-X", "acks=\(acks)"])
                let isThere = try await eventually { try await KafkaClient.kcatConsume("t", broker) == lines }
                #expect(isThere)
            }
        }

        @Test func `records, topics and the offsets of a group are there after a stop and after a crash`() async throws
        {
            try await KafkaDevProcess.with(["--auto-create-topics", "1"]) { broker in
                var expected: [String] = []
                for round in 0..<4 {
                    let lines = (0..<500).map { "round \(round) line \($0)" }
                    try await KafkaClient.kcatProduce(lines, to: "made-by-asking", broker)
                    expected += lines
                    let arguments = [
                        "-b", broker.address, "-G", "g", "-e", "-q", "-X", "auto.offset.reset=earliest",
                        "made-by-asking",
                    ]
                    let output = try await KafkaClient.run("kcat", arguments, folder: broker.folderPath)
                    // Each round's consumer begins where the one before has ended.
                    let read = output.split(separator: "\n").filter { $0.hasPrefix("round") }
                    #expect(read.map(String.init) == lines)
                    if round.isMultiple(of: 2) {
                        #expect(await broker.stop() == 0)
                    } else {
                        broker.kill()
                    }
                    try broker.start()
                    try await broker.waitUntilReady()
                    #expect(try await KafkaClient.kcatConsume("made-by-asking", broker) == expected)
                }
            }
        }

        @Test func `a time finds its offset`() async throws {
            try await KafkaDevProcess.with(["--topic", "t:1"]) { broker in
                try await KafkaClient.kcatProduce(["before"], to: "t", broker)
                try await Task.sleep(for: .milliseconds(20))
                let time = try #require(
                    try await KafkaClient.kcatConsume("t", broker, ["-f", "%T\n"]).first.flatMap { Int($0) }
                )
                try await KafkaClient.kcatProduce(["after"], to: "t", broker)
                func query(_ time: Int) async throws -> String {
                    let arguments = ["-Q", "-b", broker.address, "-t", "t:0:\(time)"]
                    return try await KafkaClient.run("kcat", arguments, folder: broker.folderPath)
                }
                #expect(try await query(time).contains("offset 0"))
                #expect(try await query(time + 1).contains("offset 1"))
                #expect(try await query(time + 3_600_000).contains("offset -1"))
            }
        }

        @Test func `headers, keys, empty and missing values come through as they were`() async throws {
            try await KafkaDevProcess.with(["--topic", "t:1"]) { broker in
                let options = ["-K", ":", "-Z", "-H", "a=1", "-H", "b=two", "-H", "a=3"]
                try await KafkaClient.kcatProduce(["key:value", "null:"], to: "t", broker, options)
                let lines = try await KafkaClient.kcatConsume("t", broker, ["-f", "%k|%S|%s|%h\n"])
                #expect(lines == ["key|5|value|a=1,b=two,a=3", "null|-1||a=1,b=two,a=3"])
            }
        }
    }
}
