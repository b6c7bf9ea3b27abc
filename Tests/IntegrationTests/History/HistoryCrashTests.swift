import Foundation
import IMProtocol
import IMStorage
import Mongo
import TestKit
import Testing

/// kill -9 of the server between the steps of the history writer, on a server of the tests' own.
@Suite(.enabled(if: Stack.mongo.isUp, "scripts/stack up mongo"), .timeLimit(.minutes(5)))
struct HistoryCrashTests {
    /// How many of the steps of a batch were done when the server was killed.
    @Test(arguments: [0, 1, 2, 3]) func `what was acknowledged survives, and the batch is done again without trace`(
        steps: Int
    ) async throws {
        let server = try CrashingMongo()
        defer { server.remove() }
        try await server.start()
        try await HistoryFixture.with(uri: server.uri) { fixture in
            let history = fixture.history
            try await fixture.store(1...95)
            try await history.savePosition(of: 3, .init(next: 10, epoch: 4))
            let batch = [fixture.run(96...99), fixture.run(100...130)]
            if steps > 0 { #expect(try await history.store(batch).isEmpty) }
            if steps > 1 { try await history.raiseHeads(batch) }
            if steps > 2 { try await history.savePosition(of: 3, .init(next: 12, epoch: 11)) }
            try await server.crash()
            try await server.start()
            // Nothing that was acknowledged is lost, and nothing looks finished that is not.
            let position = try await self.again { try await history.position(of: 3) }
            #expect(position == (steps > 2 ? .init(next: 12, epoch: 11) : .init(next: 10, epoch: 4)))
            let head = try await history.heads(of: [fixture.conversation])[fixture.conversation]
            #expect(head?.maxSeq == (steps > 1 ? 130 : 95))
            #expect(try await fixture.stored(1...130).count == (steps > 0 ? 130 : 95))
            for _ in 1...2 {
                #expect(try await history.store(batch).isEmpty)
                try await history.raiseHeads(batch)
                try await history.savePosition(of: 3, .init(next: 12, epoch: 11))
            }
            #expect(try await fixture.stored(1...200).keys.sorted() == Array(1...130))
            let finalHead = try await history.heads(of: [fixture.conversation])[fixture.conversation]
            #expect(finalHead == ConversationHead(maxSeq: 130, minSeq: 0, createMax: 1130))
            #expect(try await history.position(of: 3) == .init(next: 12, epoch: 11))
        }
    }

    @Test func `a server that is killed while batches are written loses none that was acknowledged`() async throws {
        let server = try CrashingMongo()
        defer { server.remove() }
        try await server.start()
        try await HistoryFixture.with(uri: server.uri) { fixture in
            let killer = Task {
                try await Task.sleep(for: .milliseconds(400))
                try await server.crash()
                try await server.start()
            }
            for first in stride(from: Int64(1), to: 600, by: 20) {
                let run = fixture.run(first...(first + 19))
                let unstorable = try await self.again { try await fixture.history.store([run]) }
                #expect(unstorable.isEmpty)
                try await self.again { try await fixture.history.raiseHeads([run]) }
            }
            try await killer.value
            #expect(try await self.again { try await fixture.stored(1...700) }.keys.sorted() == Array(1...600))
        }
    }

    /// Repeats what fails while the server is away, as the history writer does.
    private func again<Result>(_ step: () async throws -> Result) async throws -> Result {
        var tries = 0
        while true {
            do {
                return try await step()
            } catch {
                tries += 1
                guard tries < 60 else { throw error }
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }
}
