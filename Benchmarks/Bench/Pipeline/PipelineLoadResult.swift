import Foundation

/// What `im-bench load --json` printed, as far as it is used here.
struct PipelineLoadResult: Sendable, Decodable {
    struct Latency: Sendable, Decodable {
        var p50: Double
        var p99: Double
        var max: Double
    }

    struct Process: Sendable, Decodable {
        var name: String
        var cpuSecondsPer10k: Double
        var residentMaxMiB: Double
    }

    var accepted: Int
    var sent: Int
    var acceptedPerSecond: Double
    var deliveredPerSecond: Double
    var sendToAnswer: Latency
    var sendToDelivery: Latency
    var lateness: Latency
    var processes: [Process]

    /// What was measured of one process; nil when it did not run.
    func process(_ name: String) -> Process? {
        self.processes.first { $0.name == name }
    }

    /// Finds the result in what the program printed.
    static func read(_ output: String) throws -> PipelineLoadResult {
        guard let line = output.split(separator: "\n").last(where: { $0.hasPrefix("{") }) else {
            throw BenchFailure("im-bench printed no result: \(output.suffix(500))")
        }
        return try JSONDecoder().decode(Self.self, from: Data(line.utf8))
    }
}
