import ArgumentParser

/// Measures the Redis client against hiredis, on a server of its own.
struct RedisBenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redis",
        abstract: "Measures the Redis client against plain C on hiredis.",
        discussion: "Starts a redis-server of its own, without disk, and stops it again."
    )

    @OptionGroup var options: BenchOptions

    @Option(help: "The port of that server; 0 for any free one, the port above it is used for TLS.")
    var port = 0

    func run() async throws {
        try await RedisBenchRun(options: self.options, port: self.port).run { setting in
            // Memory that was used once stays resident, so this comes first and in processes of its own.
            try await RedisMemory(setting).run()
            try await RedisThroughput(setting).run()
            try await RedisLatency(setting).run()
            try await RedisVariants(setting).run()
        }
    }
}
