import TestKit
import Testing

extension KafkaDevSuites {
    /// Clients for Python: production, groups with rebalances, time look-ups, administration.
    @Suite(.timeLimit(.minutes(5))) struct PythonClientTests {
        @Test(.enabled(if: KafkaClient.hasConfluent, "PyPI's confluent-kafka is not installed"))
        func `confluent-kafka can do all that it does with a broker`() async throws {
            try await KafkaDevProcess.with { broker in
                let output = try await KafkaClient.python(
                    KafkaClient.confluentPython,
                    ConfluentScript.text,
                    [broker.address],
                    folder: broker.folderPath
                )
                #expect(output.contains("\nOK\n"), "\(output)")
            }
        }

        @Test(.enabled(if: KafkaClient.hasKafkaPython, "Debian's python3-kafka is not installed"))
        func `kafka-python can do all that it does with a broker`() async throws {
            try await KafkaDevProcess.with { broker in
                let output = try await KafkaClient.python(
                    "/usr/bin/python3",
                    KafkaPythonScript.text,
                    [broker.address],
                    folder: broker.folderPath
                )
                #expect(output.contains("\nOK\n"), "\(output)")
            }
        }
    }
}
