import Mongo
import ServerRuntime
import Synchronization
import Testing

/// What became of writes, each with a number of its own: the promises of errors are checked against the server by it.
final class WriteJournal: Sendable {
    private struct State {
        var next: Int32 = 0
        var acknowledged: Set<Int32> = []
        var refused: [Int32: MongoError] = [:]
        var open: Set<Int32> = []
        var codes: [MongoError.Code: Int] = [:]
        var longest = Duration.zero
    }

    private let state = Mutex(State())

    /// How many were acknowledged.
    var acknowledgedCount: Int { self.state.withLock { $0.acknowledged.count } }
    /// How many failed.
    var failedCount: Int { self.state.withLock { $0.codes.values.reduce(0, +) } }
    /// How often which error came.
    var codes: [MongoError.Code: Int] { self.state.withLock { $0.codes } }
    /// How long the longest call took.
    var longest: Duration { self.state.withLock { $0.longest } }

    /// Inserts the next number and notes the outcome.
    ///
    /// - Returns: the error.
    @discardableResult
    func insert(into collection: MongoCollection, within time: Duration) async -> MongoError? {
        let number = self.state.withLock { state in
            state.next += 1
            return state.next
        }
        let start = ContinuousClock.now
        var failure: MongoError?
        do throws(MongoError) {
            try await collection.insertOne(["_id": .int32(number)], deadline: .after(time))
        } catch {
            failure = error
        }
        let duration = start.duration(to: .now)
        self.state.withLock { state in
            state.longest = max(state.longest, duration)
            guard let failure else {
                state.acknowledged.insert(number)
                return
            }
            state.codes[failure.code, default: 0] += 1
            if failure.mayHaveBeenApplied {
                state.open.insert(number)
            } else {
                state.refused[number] = failure
            }
        }
        return failure
    }

    /// Compares with what the server has: all that was acknowledged, and nothing that was refused.
    func check(_ collection: MongoCollection) async throws {
        let documents = try await collection.findAll(
            options: MongoFindOptions(documentsMax: 1_000_000),
            deadline: .after(.seconds(60))
        )
        let stored = Set(try documents.map { document in try document.decode("_id", as: Int32.self) })
        let (acknowledged, refused, open) = self.state.withLock { ($0.acknowledged, $0.refused, $0.open) }
        let lost = acknowledged.subtracting(stored)
        let untrue = refused.filter { stored.contains($0.key) }
        let unknown = stored.subtracting(acknowledged).subtracting(open)
        #expect(lost.isEmpty, "acknowledged and not there: \(lost.sorted())")
        #expect(untrue.isEmpty, "there, though the error says not: \(untrue)")
        #expect(unknown.isEmpty, "nobody knows of: \(unknown.sorted())")
    }
}
