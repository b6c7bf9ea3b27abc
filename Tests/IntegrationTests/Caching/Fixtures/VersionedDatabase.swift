import TestKit

/// What the caches of a test cache: a version for each key.
///
/// Reads are linearizable, and may be slow on either side of the instant at which they look.
actor VersionedDatabase {
    private var versions: [String: Int] = [:]
    private var random: SeededGenerator
    /// The longest pause of a read, in microseconds; none with 0.
    private let pauseMax: Int
    private(set) var reads = 0

    init(_ seed: Seed = Seed(1), pauseMax: Int = 2_000) {
        self.random = seed.generator()
        self.pauseMax = pauseMax
    }

    /// Commits the next version.
    func write(_ key: String) -> Int {
        let version = (self.versions[key] ?? 0) + 1
        self.versions[key] = version
        return version
    }

    /// The version now.
    func version(_ key: String) -> Int {
        self.versions[key] ?? 0
    }

    /// Reads the version, now and then slowly.
    func read(_ key: String) async -> Int {
        self.reads += 1
        await self.pause()
        let version = self.versions[key] ?? 0
        await self.pause()
        return version
    }

    private func pause() async {
        guard self.pauseMax > 0, Int.random(in: 0..<3, using: &self.random) == 0 else { return }
        // A read goes on although its caller was cancelled.
        try? await Task.sleep(for: .microseconds(Int.random(in: 0...self.pauseMax, using: &self.random)))
    }
}
