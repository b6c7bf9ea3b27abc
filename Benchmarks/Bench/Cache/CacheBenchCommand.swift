import ArgumentParser

/// Measures the caches: the one in Redis against plain commands, the local one by itself.
struct CacheBenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache",
        abstract: "Measures RocksCache against plain commands of the same client, and LocalCache.",
        discussion: "Starts a redis-server of its own, without disk, and stops it again."
    )

    @OptionGroup var options: BenchOptions

    @Option(help: "The port of that server; 0 for any free one.")
    var port = 0

    func run() async throws {
        try await RedisBenchRun(options: self.options, port: self.port).run { setting in
            try await CacheHits(setting).run()
            try await CacheBatches(setting).run()
            try await CacheMisses(setting).run()
            try await LocalCacheHits(setting).run()
        }
    }
}
