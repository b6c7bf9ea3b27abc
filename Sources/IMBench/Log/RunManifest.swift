import Foundation

/// What the log of a run says of the run as a whole: `run.json` in its folder.
struct RunManifest: Sendable, Codable, Equatable {
    private static let fileName = "run.json"

    /// Who took part.
    var cast: Cast
    /// Unix time in milliseconds when `MonotonicTime` was `startedAt`.
    var startedUnix: Int64
    /// When sending began, `MonotonicTime`.
    var startedAt: Int64
    /// When sending ended; 0 while it goes on.
    var stoppedAt: Int64
    /// What readers found while messages were sent.
    var probes = PullProbes()

    init(cast: Cast, startedUnix: Int64, startedAt: Int64, stoppedAt: Int64 = 0) {
        self.cast = cast
        self.startedUnix = startedUnix
        self.startedAt = startedAt
        self.stoppedAt = stoppedAt
    }

    /// Reads the manifest of the run in `folder`.
    ///
    /// - Throws: `LogUnreadable` when there is none.
    init(folder: String) throws {
        // Whatever keeps it from being read, there is no run to be checked.
        guard let data = try? Data(contentsOf: URL(filePath: "\(folder)/\(Self.fileName)")) else {
            throw LogUnreadable("\(folder) holds no log of a run: \(Self.fileName) cannot be read")
        }
        self = try JSONDecoder().decode(Self.self, from: data)
    }

    /// Writes the manifest into `folder`.
    func save(in folder: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(self).write(to: URL(filePath: "\(folder)/\(Self.fileName)"), options: .atomic)
    }
}
