import Glibc
import IMClient
import IMProtocol
import Synchronization
import TestKit
import Testing

/// What is left after the server was killed.
@Suite(.serialized, .enabled(if: Stack.kafka.isUp, "scripts/stack up"), .timeLimit(.minutes(5)))
struct CrashTests {
    @Test func `no accepted message is lost or doubled when the server is killed while people write`() async throws {
        try await ServerUnderTest.run { server in
            var process = try await server.start()
            let users = try await server.users(2)
            let accepted = AcceptedMessages()
            for round in 1...3 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await Self.write(from: users[0], to: users[1], on: server, accepted) }
                    try await Task.sleep(for: .milliseconds(700))
                    process.signal(SIGKILL)
                    try await group.waitForAll()
                }
                #expect(try await process.wait(atMost: .seconds(5)) == 128 + SIGKILL, "round \(round)")
                process = try await server.start()
            }
            let ids = accepted.all
            #expect(!ids.isEmpty)
            let conversation = "si_" + users.map(\.userID).sorted().joined(separator: "_")
            let stored = try await server.stored(conversation, count: ids.count, accepted: ids)
            let byID = Dictionary(grouping: stored.mongo, by: \.value)
            #expect(ids.allSatisfy { byID[$0]?.count == 1 }, "lost or doubled among \(ids.count) accepted")
            #expect(stored.mongo.keys.sorted() == (1...Int64(max(stored.mongo.count, 1))).map { $0 })
            #expect(stored.postgres == stored.mongo)
            // The sender awaited each answer, so what was accepted has rising seqs.
            let seqs = ids.compactMap { byID[$0]?.first?.key }
            #expect(seqs == seqs.sorted())
            process.signal(SIGTERM)
            #expect(try await process.wait(atMost: .seconds(20)) == 0)
        }
    }

    /// Sends one message after the other until the connection breaks; notes those that were answered.
    private static func write(
        from sender: (userID: String, token: String),
        to receiver: (userID: String, token: String),
        on server: ServerUnderTest,
        _ accepted: AcceptedMessages
    ) async {
        do {
            let client = try await server.connect(sender)
            while true {
                let message = TextMessage.single("numbered", from: sender.userID, to: receiver.userID)
                _ = try await client.sendMessage(message)
                accepted.append(message.clientMsgID)
            }
        } catch {
            // The server was killed: that is the test.
        }
    }
}

/// The client ids of messages that the server said it had taken, in order.
private final class AcceptedMessages: Sendable {
    private let ids = Mutex<[String]>([])

    var all: [String] { self.ids.withLock { $0 } }

    func append(_ id: String) {
        self.ids.withLock { $0.append(id) }
    }
}
