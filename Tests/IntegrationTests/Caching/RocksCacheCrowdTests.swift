import Redis
import ServerRuntime
import Synchronization
import TestKit
import Testing

@testable import Caching

extension RedisServerSuites {
    /// Many callers of one key, their deadlines and cancellations, and what is left of them.
    @Suite(.serialized) struct RocksCacheCrowdTests {
        private static let count = 1_000

        @Test(arguments: [RocksCacheOptions.test, .weakTest])
        func `a thousand callers of one cold key share one load and are all resumed`(
            options: RocksCacheOptions
        ) async throws {
            try await RocksCacheProcess.withServer(2, options) { processes in
                let loads = Shared(0)
                let start = ContinuousClock.now
                let values = try await withThrowingTaskGroup(of: Int.self) { group in
                    for task in 0..<Self.count {
                        group.addTask {
                            let number: TestNumber = try await processes[task % 2].cache.fetch("k", expire: .test) {
                                loads.change { $0 += 1 }
                                try await Task.sleep(for: .milliseconds(300))
                                return TestNumber(7)
                            }
                            return number.number
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(values == Array(repeating: 7, count: Self.count))
                #expect(loads.value == 1)
                #expect(start.duration(to: .now) < .seconds(5))
            }
        }

        @Test func `a thousand callers of a failing loader all get its error`() async throws {
            struct DatabaseError: Error {}
            try await RocksCacheProcess.withServer { process async throws in
                let gate = Gate()
                let failures = await withTaskGroup(of: Bool.self) { group in
                    for _ in 0..<Self.count {
                        group.addTask {
                            do {
                                let _: TestNumber = try await process.cache.fetch("k", expire: .test) {
                                    try await gate.pass()
                                    throw DatabaseError()
                                }
                                return false
                            } catch {
                                return error is DatabaseError
                            }
                        }
                    }
                    group.addTask {
                        // Whoever comes later begins a load of its own.
                        try? await Task.sleep(for: .milliseconds(300))
                        gate.open()
                        return true
                    }
                    return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                #expect(failures == Self.count + 1)
                #expect(try await process.fetch("k", 1) == 1)
            }
        }

        @Test func `callers leave at their own deadlines and cancellations and the rest get the value`() async throws {
            try await RocksCacheProcess.withServer { process in
                let (gate, cancellations) = (Gate(), Shared(0))
                let load: @Sendable () async throws -> TestNumber = {
                    do {
                        try await gate.pass()
                    } catch {
                        cancellations.change { $0 += 1 }
                        throw error
                    }
                    return TestNumber(1)
                }
                let calls = (0..<300).map { number in
                    Task {
                        let start = ContinuousClock.now
                        do {
                            let deadline = Deadline.after(number % 3 == 0 ? .milliseconds(200 + number) : .seconds(20))
                            let value = try await process.cache.fetch(
                                "k",
                                expire: .test,
                                deadline: deadline,
                                load: load
                            )
                            return ("\(value.number)", start.duration(to: .now))
                        } catch let error as RocksCacheError {
                            return ("\(error.code)", start.duration(to: .now))
                        } catch {
                            return (error is CancellationError ? "cancelled" : "\(error)", start.duration(to: .now))
                        }
                    }
                }
                try await gate.waitForArrivals()
                for number in stride(from: 1, to: 300, by: 3) { calls[number].cancel() }
                try await Task.sleep(for: .milliseconds(800))
                gate.open()
                for (number, call) in calls.enumerated() {
                    let (outcome, time) = await call.value
                    #expect(outcome == ["deadlineExceeded", "cancelled", "1"][number % 3], "\(number)")
                    if number % 3 == 0 { #expect(time < .milliseconds(900 + number), "\(number): \(time)") }
                }
                #expect(cancellations.value == 0)
                #expect(try await process.cached("k") == 1)
            }
        }

        @Test func `a load that nobody waits for any more is cancelled and gives the entry back`() async throws {
            try await RocksCacheProcess.withServer(2) { processes in
                let (gate, cancellations) = (Gate(), Shared(0))
                let load: @Sendable () async throws -> TestNumber = {
                    do {
                        try await gate.pass()
                    } catch {
                        cancellations.change { $0 += 1 }
                        throw error
                    }
                    return TestNumber(1)
                }
                let calls = (0..<20).map { number in
                    Task {
                        let deadline = Deadline.after(number < 10 ? .milliseconds(300) : .seconds(20))
                        return try await processes[0].cache.fetch("k", expire: .test, deadline: deadline, load: load)
                    }
                }
                try await gate.waitForArrivals()
                for call in calls.dropFirst(10) { call.cancel() }
                for call in calls { _ = await call.result }
                let isCancelled = try await eventually(within: .seconds(2)) { cancellations.value == 1 }
                #expect(isCancelled)
                #expect(try await processes[1].fetch("k", 2, within: .milliseconds(700)) == 2)
            }
        }

        @Test func `nothing is left of many calls that were cancelled at random`() async throws {
            try await RocksCacheProcess.withServer(2) { processes in
                let descriptors = OwnProcess.openDescriptors()
                var random = Seed.fresh().generator()
                for round in 0..<8 {
                    let calls = (0..<100).map { number in
                        Task {
                            let keys = (0..<3).map { "k\((number + $0) % 7)" }
                            if number % 3 == 0 {
                                _ = try await processes[number % 2].cache.fetchBatch(keys, expire: .test) { keys in
                                    try await Task.sleep(for: .milliseconds(5))
                                    return Dictionary(uniqueKeysWithValues: keys.map { ($0, TestNumber(round)) })
                                }
                            } else {
                                let _: TestNumber = try await processes[number % 2].cache.fetch(keys[0], expire: .test)
                                {
                                    try await Task.sleep(for: .milliseconds(5))
                                    return TestNumber(round)
                                }
                            }
                        }
                    }
                    for call in calls.shuffled(using: &random).prefix(70) {
                        call.cancel()
                        if Int.random(in: 0..<5, using: &random) == 0 { try await Task.sleep(for: .milliseconds(1)) }
                    }
                    for call in calls { _ = await call.result }
                    try await processes[0].cache.tagAsDeletedBatch((0..<7).map { "k\($0)" })
                }
                for key in 0..<7 {
                    #expect(try await processes[key % 2].fetch("k\(key)", 50 + key, within: .seconds(4)) == 50 + key)
                }
                #expect(OwnProcess.openDescriptors() <= descriptors)
                for process in processes {
                    let background = process.cache.engine.backgroundRefreshes.load(ordering: .relaxed)
                    #expect(background == 0)
                }
            }
        }
    }
}
