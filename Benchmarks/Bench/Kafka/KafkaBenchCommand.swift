import ArgumentParser

/// Measures the Kafka client against librdkafka in C, on a broker of its own.
struct KafkaBenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kafka",
        abstract: "Measures the Kafka client against plain C on librdkafka, and kafka-dev.",
        discussion: "Starts a kafka-dev of its own, with its data in a temporary folder, and stops it again."
    )

    @OptionGroup var options: BenchOptions

    @Option(help: "The port of that broker; 0 for any free one.")
    var port = 0

    @Option(help: ArgumentHelp("The program kafka-dev; the one beside this program.", valueName: "path"))
    var broker: String?

    func validate() throws {
        guard (0...65_535).contains(self.port) else { throw ValidationError("--port must be 0...65535.") }
    }

    func run() async throws {
        try await KafkaBenchRun(options: self.options, port: self.port, program: self.broker).run { setting in
            try await KafkaProduction(setting).run()
            try await KafkaConsumption(setting).run()
            try await KafkaSingleSends(setting).run()
            try await KafkaLatency(setting).run()
            try await KafkaBrokerThroughput(setting).run()
        }
    }
}
