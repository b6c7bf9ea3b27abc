import Synchronization
import TestKit
import Testing

@testable import Caching

/// Random calls on a cache and on its model, one at a time: both must always agree.
@Suite struct LocalCacheModelTests {
    private static let names = (0..<12).map { "k\($0)" }

    private struct Pair {
        let fixture: LocalCacheFixture<Int>
        var model: LocalCacheModel
        var generator: SeededGenerator
        var cache: LocalCache<Int> { self.fixture.cache }

        init(_ generator: SeededGenerator) throws {
            self.generator = generator
            let capacity = Int.random(in: 1...10, using: &self.generator)
            let options = LocalCacheOptions(
                slots: 1,
                slotCapacity: capacity,
                successLifetime: .seconds(10),
                failureLifetime: .seconds(4)
            )
            self.fixture = try LocalCacheFixture(options)
            self.model = LocalCacheModel(capacity: capacity, successLifetime: 10, failureLifetime: 4)
        }

        mutating func name() -> String { LocalCacheModelTests.names.randomElement(using: &self.generator) ?? "" }

        /// One call on both; a text that says how they differ, if they do.
        mutating func step(_ number: Int) async -> String? {
            let key = self.name()
            switch Int.random(in: 0..<13, using: &self.generator) {
            case 0...3: return await self.get(key, number)
            case 4...5: return await self.getBatch(number)
            case 6:
                let kept = self.model.touch(key)
                return self.compare("value \(key)", self.cache.value(forKey: key), try? kept?.get())
            case 7:
                self.model.set(number, key)
                self.cache.set(number, forKey: key)
            case 8:
                let isPresent = self.model.setIfPresent(number, key)
                return self.compare("setIfPresent", self.cache.setIfPresent(number, forKey: key), isPresent)
            case 9...10:
                let keys = [key] + (Bool.random(using: &self.generator) ? [self.name()] : [])
                self.model.invalidate(keys)
                self.cache.invalidate(keys)
            case 11:
                let seconds = Int.random(in: 1...5, using: &self.generator)
                self.model.now += seconds
                self.fixture.clock.advance(by: .seconds(seconds))
            default:
                if Int.random(in: 0..<4, using: &self.generator) == 0 {
                    self.model.removeAll()
                    self.cache.removeAll()
                } else {
                    self.model.sweep()
                    self.cache.sweep()
                }
            }
            return nil
        }

        private mutating func get(_ key: String, _ number: Int) async -> String? {
            let fails = Int.random(in: 0..<4, using: &self.generator) == 0
            let new: Result<Int, LoadFailure> = fails ? .failure(LoadFailure(number: number)) : .success(number)
            let parents = Set((0..<Int.random(in: 0...2, using: &self.generator)).map { _ in self.name() })
            let expected: Result<Int, LoadFailure>
            if let kept = self.model.touch(key) {
                expected = kept
            } else {
                expected = new
                self.model.keep(new, key, parents)
            }
            let actual: Result<Int, LoadFailure>
            do {
                actual = .success(try await self.cache.get(key, linkedTo: Array(parents)) { try new.get() })
            } catch {
                actual = .failure(error as? LoadFailure ?? LoadFailure(number: -1))
            }
            return self.compare("get \(key)", actual, expected)
        }

        /// A batch of one key: the order in which many are entered is not defined.
        private mutating func getBatch(_ number: Int) async -> String? {
            let key = self.name()
            let isThere = Bool.random(using: &self.generator)
            var expected: [String: Int]? = [:]
            switch self.model.touch(key) {
            case .success(let value): expected = [key: value]
            case .failure: expected = nil
            case nil:
                if isThere {
                    expected = [key: number]
                    self.model.keep(.success(number), key, [])
                }
            }
            let actual = try? await self.cache.getBatch([key], key: { $0 }, load: { isThere ? [$0[0]: number] : [:] })
            return self.compare("getBatch \(key)", actual, expected)
        }

        private func compare<Value: Equatable>(_ call: String, _ actual: Value, _ expected: Value) -> String? {
            actual == expected ? nil : "\(call): \(actual), the model has \(expected)"
        }

        /// How the whole state differs from the model's, if it does.
        func difference() -> String? {
            let used = self.cache.slots[0].state.withLock { $0.index.keysByUse }
            let remains = self.cache.remains
            return self.compare("keys", used, self.model.order.reversed())
                ?? self.compare("links", remains.links, self.model.linkCount)
                ?? self.compare("loads", remains.flights, 0)
        }
    }

    @Test(arguments: Seed.corpus + [.fresh()]) func `it does what its model does`(seed: Seed) async throws {
        var generator = seed.generator()
        for round in 0..<FuzzBudget.inputs(usual: 1_000) {
            var pair = try Pair(SeededGenerator(seed: generator.next()))
            for number in 0..<60 {
                let difference = await pair.step(number) ?? pair.difference()
                guard let difference else { continue }
                Issue.record("\(seed), round \(round), step \(number): \(difference)")
                return
            }
        }
    }
}
