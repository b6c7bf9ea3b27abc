/// What a load measured, as it is printed.
struct LoadReport: Sendable, Codable {
    /// What one process used.
    struct Process: Sendable, Codable {
        var name: String
        /// Processor seconds from the end of the warm-up to the last delivery.
        var cpuSeconds: Double
        /// The same for 10,000 messages that were accepted in that time.
        var cpuSecondsPer10k: Double
        /// Resident memory at the end, and the most that was seen.
        var residentMiB: Double
        var residentMaxMiB: Double
    }

    var connections: Int
    var chatSize: Int
    var bodyBytes: Int
    var compression: String
    /// Messages a second that were to be sent; nil in saturation.
    var targetRate: Double?
    /// Unanswered messages of each sender in saturation.
    var window: Int?
    /// From the end of the warm-up to the end of sending.
    var seconds: Double
    var sent: Int
    var accepted: Int
    var delivered: Int
    var acceptedPerSecond: Double
    var deliveredPerSecond: Double
    var sendToAnswer: LatencySummary
    var sendToDelivery: LatencySummary
    /// How late the generator itself was; part of both latencies above.
    var lateness: LatencySummary
    /// Error answers by code; -1: no answer in time.
    var errors: [String: Int]
    var rejected: Int
    var unanswered: Int
    /// Messages that were due and not sent, because too many of their sender waited.
    var skipped: Int
    var resent: Int
    var reconnects: Int
    var ownCopies: Int
    var repeated: Int
    var foreign: Int
    var processes: [Process]
    /// Records that consumers had not finished when the processes' use was read; known with `--settled` only.
    var lag: [String: Int64] = [:]

    init(
        _ plan: LoadPlan,
        _ counts: LoadCounts,
        _ times: LoadTimes,
        before: (counts: LoadCounts, usage: [String: ProcessUsage]),
        after usage: [String: ProcessUsage],
        residentMaxima: [String: Int]
    ) {
        self.connections = plan.connections
        self.chatSize = plan.chatSize
        self.bodyBytes = plan.bodyBytes
        self.compression = plan.compression.rawValue
        if case .rate(let rate) = plan.pace { self.targetRate = rate }
        if case .saturation(let window) = plan.pace { self.window = window }
        self.seconds = times.windowSeconds
        self.sent = counts.sent
        self.accepted = counts.accepted
        self.delivered = counts.delivered
        self.acceptedPerSecond = Double(counts.acceptedInWindow) / times.windowSeconds
        self.deliveredPerSecond = Double(counts.deliveredInWindow) / times.windowSeconds
        self.sendToAnswer = LatencySummary(counts.toAnswer)
        self.sendToDelivery = LatencySummary(counts.toDelivery)
        self.lateness = LatencySummary(counts.lateness)
        self.errors = Dictionary(uniqueKeysWithValues: counts.errors.map { (String($0), $1) })
        self.rejected = counts.rejected
        self.unanswered = counts.unanswered
        self.skipped = counts.skipped
        self.resent = counts.resent
        self.reconnects = counts.reconnects
        self.ownCopies = counts.ownCopies
        self.repeated = counts.repeated
        self.foreign = counts.foreign
        let messages = Double(max(1, counts.accepted - before.counts.accepted))
        self.processes = usage.sorted { $0.key < $1.key }.map { name, now in
            let used = now.since(before.usage[name] ?? ProcessUsage())
            return Process(
                name: name,
                cpuSeconds: used.processorSeconds,
                cpuSecondsPer10k: used.processorSeconds / messages * 10_000,
                residentMiB: Double(now.residentBytes) / 1_048_576,
                residentMaxMiB: Double(max(residentMaxima[name] ?? 0, now.residentBytes)) / 1_048_576
            )
        }
    }
}
