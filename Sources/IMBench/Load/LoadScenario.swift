import Curl
import IMClient
import IMProtocol
import Logging
import Postgres
import ServerRuntime

/// A whole load: users, connections, sending, and what was measured of it.
struct LoadScenario: Sendable {
    let settings: ServerSettings
    let plan: LoadPlan
    let userPrefix: String
    let apiURL: String
    let watch: ProcessWatch
    /// Where everything is written down; nil: nowhere.
    let logFolder: String?
    /// Readers that pull meanwhile.
    let readers: Int
    /// How long to wait for consumers that lag before the processes' use is read; nil: not at all.
    let settleMax: Duration?

    /// Runs it.
    func run() async throws -> LoadReport {
        let curl = CurlClient()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await curl.run() }
            defer { group.cancelAll() }
            while !curl.isReady { try await Task.sleep(for: .milliseconds(1)) }
            return try await self.run(APIClient(baseURL: self.apiURL, curl: curl))
        }
    }

    private func run(_ api: APIClient) async throws -> LoadReport {
        let cast = Cast(
            prefix: self.userPrefix,
            run: .random(in: 1..<1 << 24),
            users: self.plan.connections,
            chatSize: self.plan.chatSize
        )
        let roster = LoadRoster(api: api, settings: self.settings, cast: cast)
        let peers = try await roster.enrol()
        if cast.isGroups { try await self.makeGroups(roster) }
        let probers = try await self.probers(cast, roster)
        let run = try await LoadRun(self.plan, cast: cast, logFolder: self.logFolder)
        do {
            try await run.connect(peers, roster: roster)
            let report = try await self.measure(run, probers)
            try await run.close()
            return report
        } catch {
            // The first error tells more than one of closing.
            try? await run.close()
            throw error
        }
    }

    private func measure(_ run: LoadRun, _ probers: [PullProber]) async throws -> LoadReport {
        var manifest = RunManifest(
            cast: run.cast,
            startedUnix: WallClock.system.milliseconds,
            startedAt: MonotonicTime.now()
        )
        // At once, so that a run that is cut short can be checked too.
        if let logFolder { try manifest.save(in: logFolder) }
        let before = Baseline()
        let watch = self.watch
        let readers = Task { await Self.probe(probers) }
        let maxima = Task { await watch.residentMaxima() }
        defer {
            readers.cancel()
            maxima.cancel()
        }
        let times = try await run.send {
            await before.set(try await run.counts(), watch.read())
        }
        var usage = watch.read()
        var lag: [String: Int64] = [:]
        if let settleMax {
            let stores = try VerifyStores(self.settings)
            lag = try await stores.run { try await stores.settle(within: settleMax) }
            // Asking for the lag is work of this program that no load is.
            usage = watch.read().merging(usage.filter { $0.key == ProcessWatch.ownName }) { _, own in own }
        }
        let counts = try await run.counts()
        readers.cancel()
        maxima.cancel()
        manifest.startedAt = times.start
        manifest.startedUnix = WallClock.system.milliseconds - (MonotonicTime.now() - times.start) / 1000
        manifest.stoppedAt = times.stop
        manifest.probes = await readers.value
        if let logFolder { try manifest.save(in: logFolder) }
        if counts.accepted == 0, let failure = counts.lastFailure {
            throw LoadFailure("nothing was accepted: \(failure)")
        }
        var report = LoadReport(
            self.plan,
            counts,
            times,
            before: await before.value,
            after: usage,
            residentMaxima: await maxima.value
        )
        report.lag = lag
        return report
    }

    /// What was counted and used when the warm-up was over.
    private actor Baseline {
        private(set) var value: (counts: LoadCounts, usage: [String: ProcessUsage]) = (LoadCounts(), [:])

        func set(_ counts: LoadCounts, _ usage: [String: ProcessUsage]) {
            self.value = (counts, usage)
        }
    }

    private static func probe(_ probers: [PullProber]) async -> PullProbes {
        await withTaskGroup(of: PullProbes.self) { group in
            for prober in probers { group.addTask { await prober.run() } }
            var probes = PullProbes()
            for await found in group { probes.merge(found) }
            return probes
        }
    }

    private func probers(_ cast: Cast, _ roster: LoadRoster) async throws -> [PullProber] {
        guard self.readers > 0, let gateway = self.plan.gateways.first else { return [] }
        let users = (0..<min(self.readers, cast.chats)).map { cast.members($0).lowerBound }
        return try await roster.tokens(of: users, platform: .web).map { peer in
            PullProber(
                peer: peer,
                gateway: gateway,
                conversationID: cast.conversationID(peer.index / cast.chatSize),
                interval: .milliseconds(50)
            )
        }
    }

    private func makeGroups(_ roster: LoadRoster) async throws {
        let postgres = PostgresClient(
            self.settings.postgres,
            logger: Logger(label: "im-bench") { _ in SwiftLogNoOpLogHandler() }
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await postgres.run() }
            defer { group.cancelAll() }
            try await roster.makeGroups(postgres)
        }
    }
}
