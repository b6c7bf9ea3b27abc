import Logging
import Redis
import ServerRuntime
import Synchronization

/// Compares a random share of the entries that are read with what their loaders say.
///
/// A difference counts only when entry and database stay as they are over `settleTime`: before that a tag-delete may just
/// be under way.
final class ConsistencyChecker: Sendable {
    enum Outcome: Sendable {
        case equal
        /// The entry changed meanwhile, or it could not be found out.
        case skipped
        case different
    }

    /// A hit that is to be checked.
    struct Sample: Sendable {
        let key: String
        let bytes: [UInt8]
        let load: CacheEngine.Loader
    }

    /// How long a difference must last to count.
    static let settleTime: Duration = .seconds(5)
    /// Samples that wait for their check; further hits are not sampled meanwhile.
    static let samplesMax = 16

    private let engine: CacheEngine
    private let logger: Logger
    private let samples: AsyncStream<Sample>
    private let continuation: AsyncStream<Sample>.Continuation

    init(_ engine: CacheEngine, logger: Logger) {
        self.engine = engine
        self.logger = logger
        (self.samples, self.continuation) = AsyncStream.makeStream(
            bufferingPolicy: .bufferingOldest(Self.samplesMax)
        )
    }

    /// Takes a hit for a check, by chance.
    func offer(_ key: String, _ bytes: [UInt8], load: @escaping CacheEngine.Loader) {
        guard self.engine.environment.fraction() < self.engine.options.consistencyCheckRate else { return }
        self.continuation.yield(Sample(key: key, bytes: bytes, load: load))
    }

    /// Checks one sample after the other until the task is cancelled.
    func run() async {
        for await sample in self.samples {
            let outcome = await self.check(sample)
            self.engine.metrics.checked(outcome)
            if outcome == .different {
                self.logger.warning("a cached entry differs from its database", metadata: ["key": "\(sample.key)"])
            }
        }
    }

    func check(_ sample: Sample) async -> Outcome {
        do {
            let first = try await self.compare(sample)
            guard first == .different else { return first }
            try await self.engine.environment.sleep(Self.settleTime)
            return try await self.compare(sample)
        } catch {
            return .skipped
        }
    }

    /// Loads, and then looks whether the entry is still the one that was read.
    private func compare(_ sample: Sample) async throws -> Outcome {
        let loaded = try await sample.load()
        let deadline = self.engine.environment.now() + self.engine.options.storeTimeout
        let entry = try await self.engine.store.read(sample.key, deadline: deadline)
        guard entry.freshValue == sample.bytes else { return .skipped }
        return loaded.bytes == sample.bytes ? .equal : .different
    }
}
