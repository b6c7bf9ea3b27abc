import CRedisBaseline
import OpenSSL
import Redis

/// Measurements without goals: scripts, long pipelines, large values, several connections, TLS.
struct RedisVariants {
    private let setting: RedisBenchSetting

    init(_ setting: RedisBenchSetting) {
        self.setting = setting
    }

    func run() async throws {
        try await self.scripts()
        try await self.pipelines()
        try await self.largeValues()
        try await self.manyConnections()
        try await self.encrypted()
    }

    private func load(
        _ command: redis_baseline_command,
        callers: Int,
        calls: Int,
        valueBytes: Int = 100
    ) -> RedisCBaseline.Load {
        RedisCBaseline.Load(
            port: self.setting.port,
            callers: callers,
            callsEach: max(1, self.setting.scaled(calls, least: 20 * callers) / callers),
            command: command,
            valueBytes: valueBytes
        )
    }

    private func scripts() async throws {
        guard self.setting.options.includes("redis.script.64"), let digest = RedisCalls.script.sha1 else { return }
        try await self.setting.withClient { redis in
            try await redis.empty(callers: 64)
            // So the server knows it before C asks for it by its digest.
            try await redis.run(RedisCalls.script, keys: ["bench:0"], arguments: [1])
            var load = self.load(redis_baseline_script, callers: 64, calls: 100_000)
            load.script = digest
            let comparison = RedisComparison(name: "redis.script.64", load: load, call: RedisCalls.runScript())
            try await comparison.run(self.setting, redis)
        }
    }

    /// One caller that sends pipelines of 500 GETs, as C does in lockstep.
    private func pipelines() async throws {
        let name = "redis.pipeline.500"
        guard self.setting.options.includes(name) else { return }
        let load = self.load(redis_baseline_get, callers: 500, calls: 200_000)
        try await self.setting.withClient { redis in
            try await redis.fill(callers: 500, bytes: 100)
            let keys = (0..<500).map { "bench:\($0)" }
            let pipelines = RedisCallers(redis: redis, callers: 1, callsEach: load.callsEach) { redis, _ in
                let results = try await redis.send(pipeline: keys.map { .get($0, as: [UInt8].self) })
                for result in results where try result.get()?.count != 100 { throw BenchFailure("GET: wrong length") }
            }
            let efforts = try await Turns.run(
                self.setting.rounds,
                [
                    ("C", { try await RedisCBaseline.lockstep(load) }),
                    ("default executor", { try await pipelines.run(on: nil).counted(as: load.calls) }),
                    ("client's executor", { try await pipelines.run(on: redis.executor).counted(as: load.calls) }),
                ]
            )
            for (index, side) in [(1, "default executor"), (2, "client's executor")] {
                try self.add(name, "commands, \(side)", efforts[index], against: efforts[0])
            }
        }
    }

    private func largeValues() async throws {
        for (word, command) in [("set", redis_baseline_set), ("get", redis_baseline_get)] {
            let (name, bytes) = ("redis.\(word)-64KiB.16", 64 << 10)
            guard self.setting.options.includes(name) else { continue }
            try await self.setting.withClient { redis in
                try await redis.fill(callers: 16, bytes: bytes)
                let load = self.load(command, callers: 16, calls: 20_000, valueBytes: bytes)
                let call = word == "set" ? RedisCalls.set(bytes: bytes) : RedisCalls.get(bytes: bytes)
                try await RedisComparison(name: name, load: load, call: call).run(self.setting, redis)
            }
        }
    }

    private func manyConnections() async throws {
        let name = "redis.get.64x8"
        guard self.setting.options.includes(name) else { return }
        var configuration = RedisConfiguration(port: self.setting.server.port)
        configuration.sharedConnections = 8
        try await self.setting.withClient(configuration) { redis in
            try await redis.fill(callers: 64, bytes: 100)
            var load = self.load(redis_baseline_get, callers: 64, calls: 200_000)
            load.connections = 8
            let comparison = RedisComparison(name: name, load: load, call: RedisCalls.get(bytes: 100))
            try await comparison.run(self.setting, redis)
        }
    }

    /// Over TLS against the same client without: hiredis 0.14 has no TLS.
    private func encrypted() async throws {
        let (name, server) = ("redis.get-tls.64", self.setting.server)
        guard self.setting.options.includes(name), let certificate = server.certificateFile else { return }
        var tls = TLSConfiguration()
        tls.trustRoots = .file(certificate)
        let configuration = RedisConfiguration(port: server.tlsPort, tls: tls)
        let each = max(1, self.setting.scaled(100_000, least: 4000) / 64)
        try await self.setting.withClient { plain in
            try await plain.fill(callers: 64, bytes: 100)
            try await self.setting.withClient(configuration) { encrypted in
                let sides = [plain, encrypted].map {
                    RedisCallers(redis: $0, callers: 64, callsEach: each, call: RedisCalls.get(bytes: 100))
                }
                let efforts = try await Turns.run(
                    self.setting.rounds,
                    [
                        ("plain", { try await sides[0].run(on: nil) }),
                        ("TLS", { try await sides[1].run(on: nil) }),
                    ]
                )
                try self.add(name, "calls, TLS against plain", efforts[1], against: efforts[0])
            }
        }
    }

    private func add(_ name: String, _ metric: String, _ measured: [Effort], against baseline: [Effort]) throws {
        let report = self.setting.report
        let (rates, baselineRates) = (measured.map(\.callsPerSecond), baseline.map(\.callsPerSecond))
        try report.add(BenchResult(name, metric, unit: "1/s", rates, baseline: baselineRates))
        let costs = measured.map(\.processorMicrosecondsPerCall)
        let baselineCosts = baseline.map(\.processorMicrosecondsPerCall)
        try report.add(BenchResult(name, "processor per \(metric)", unit: "us", costs, baseline: baselineCosts))
    }
}

extension Effort {
    /// The same effort for so many calls, where each of those that were counted stands for several.
    fileprivate func counted(as calls: Int) -> Effort {
        Effort(calls: calls, seconds: self.seconds, processorSeconds: self.processorSeconds)
    }
}
