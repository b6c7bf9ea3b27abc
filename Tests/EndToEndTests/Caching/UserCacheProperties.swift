import Foundation
import IMStorage
import Synchronization
import TestKit
import Testing

/// Readers and writers of the same users in several processes, all at once.
@Suite(.serialized, .enabled(if: Stack.redis.isUp && Stack.postgres.isUp, "scripts/stack up"), .timeLimit(.minutes(3)))
struct UserCacheProperties {
    /// A user's nickname counts its changes, so that a register's history can be checked by numbers alone.
    private final class Register: Sendable {
        struct State {
            /// The greatest number whose change has begun.
            var begun = 0
            /// The greatest number that a change that has returned wrote, or a read that has returned saw.
            var floor = 0
        }

        let userID: String
        let state = Mutex(State())

        init(_ userID: String) {
            self.userID = userID
        }
    }

    private static let duration: Duration = .seconds(
        ProcessInfo.processInfo.environment["LONG_TESTS"] == "1" ? 60 : 4
    )

    @Test func `reads through Redis are linearizable, whoever reads and writes where`() async throws {
        try await CacheStack.run { stack in
            let registers = (0..<4).map { Register(stack.user("r\($0)")) }
            try await stack.withNodes(3, isLocal: false, isRelaying: true) { nodes in
                for register in registers { try await nodes[0].insert(register.userID, "0") }
                let end = ContinuousClock.now.advanced(by: Self.duration)
                let counts = try await withThrowingTaskGroup(of: (reads: Int, writes: Int).self) { group in
                    for register in registers {
                        group.addTask { (0, try await Self.write(register, nodes, until: end)) }
                    }
                    for reader in 0..<12 {
                        group.addTask { (try await Self.read(registers, nodes[reader % 3], until: end), 0) }
                    }
                    return try await group.reduce(into: (reads: 0, writes: 0)) { sum, count in
                        sum = (sum.reads + count.reads, sum.writes + count.writes)
                    }
                }
                #expect(counts.reads > 100 && counts.writes > 10, "\(counts)")
                // Reads have met entries that were being loaded or invalidated, not only fresh ones.
                #expect(nodes.reduce(0) { $0 + $1.loads } > 10)
            }
        }
    }

    /// Changes a user in one process after the other.
    private static func write(
        _ register: Register,
        _ nodes: [CacheNode],
        until end: ContinuousClock.Instant
    ) async throws -> Int {
        var number = 0
        while ContinuousClock.now < end {
            number += 1
            let next = number
            register.state.withLock { $0.begun = next }
            try await nodes[number % nodes.count].rename(register.userID, "\(number)")
            register.state.withLock { $0.floor = max($0.floor, next) }
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...15)))
        }
        return number
    }

    /// Reads users at random: never what was over when the read began, never what had not begun when it ended.
    private static func read(
        _ registers: [Register],
        _ node: CacheNode,
        until end: ContinuousClock.Instant
    ) async throws -> Int {
        var reads = 0
        while ContinuousClock.now < end {
            let some = registers.shuffled().prefix(Int.random(in: 1...registers.count))
            let floors = some.map { $0.state.withLock { $0.floor } }
            let users = try await node.users.find(some.map(\.userID))
            for (register, floor) in zip(some, floors) {
                let seen = try #require(users[register.userID].flatMap { Int($0.nickname) })
                let begun = register.state.withLock { state in
                    state.floor = max(state.floor, seen)
                    return state.begun
                }
                try #require((floor...max(floor, begun)).contains(seen), "saw \(seen), not within \(floor)...\(begun)")
            }
            reads += 1
        }
        return reads
    }
}
