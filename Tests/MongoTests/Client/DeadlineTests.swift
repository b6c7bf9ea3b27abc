import Mongo
import ServerRuntime
import Synchronization
import TestKit
import Testing

@Suite struct DeadlineTests {
    enum Misbehaviour: CaseIterable {
        case stall, stallInHeader, stallInBody, dribble

        var reaction: FakeReaction {
            let reply: BSONDocument = ["ok": .double(1), "text": .string(String(repeating: "x", count: 1_000))]
            return switch self {
            case .stall: .stall
            case .stallInHeader: .stallAfter(bytes: 3, of: reply)
            case .stallInBody: .stallAfter(bytes: 500, of: reply)
            case .dribble: .dribble(reply, pauseMilliseconds: 50)
            }
        }
    }

    @Test(arguments: Misbehaviour.allCases)
    func `a server that does not finish its answer fails the call at its deadline and the next call works`(
        _ misbehaviour: Misbehaviour
    ) async throws {
        let react: FakeMongo.Reactor = { $0.name == "insert" ? misbehaviour.reaction : nil }
        try await withFakeMongo(connectionsMax: 1, react) { client, _ in
            try await client.runCommand(["ping": 1])
            let start = ContinuousClock.now
            let error = await mongoError {
                try await client.runCommand(["insert": "a", "documents": []], deadline: .after(.milliseconds(700)))
            }
            let time = start.duration(to: .now)
            #expect(error?.code == .timeout && error?.mayHaveBeenApplied == true)
            #expect(time >= .milliseconds(690) && time < .seconds(3))
            // The only client and thread are free again at once.
            try await client.runCommand(["ping": 1], deadline: .after(.seconds(2)))
            #expect(start.duration(to: .now) < .seconds(4))
        }
    }

    @Test func `a cancelled call ends at once and its client is used again`() async throws {
        try await withFakeMongo(connectionsMax: 1, FakeMongo.stalling("insert")) { client, server in
            try await client.runCommand(["ping": 1])
            let task = Task { try await client.runCommand(["insert": "a", "documents": []]) }
            let hasArrived = try await eventually { server.names.contains("insert") }
            #expect(hasArrived)
            let start = ContinuousClock.now
            task.cancel()
            let error = await mongoError { try await task.value }
            #expect(error?.code == .cancelled && error?.mayHaveBeenApplied == true)
            try await client.runCommand(["ping": 1], deadline: .after(.seconds(5)))
            #expect(start.duration(to: .now) < .seconds(3))
        }
    }

    @Test func `an ended call does not make the server count as lost for other calls`() async throws {
        try await withFakeMongo(connectionsMax: 2, FakeMongo.stalling("insert")) { client, server in
            try await client.runCommand(["ping": 1])
            for _ in 0..<3 {
                let error = await mongoError {
                    try await client.runCommand(["insert": "a", "documents": []], deadline: .after(.milliseconds(50)))
                }
                #expect(error?.code == .timeout)
                try await client.runCommand(["ping": 1], deadline: .after(.seconds(5)))
            }
            let task = Task { try await client.runCommand(["insert": "a", "documents": []]) }
            let hasArrived = try await eventually { server.names.filter { $0 == "insert" }.count == 4 }
            #expect(hasArrived)
            task.cancel()
            _ = await task.result
            let start = ContinuousClock.now
            try await client.runCommand(["ping": 1])
            // A lost server would be looked at again after half a second at the earliest.
            #expect(start.duration(to: .now) < .milliseconds(400))
        }
    }

    @Test func `calls that wait for a client fail at their deadline with nothing sent`() async throws {
        try await withFakeMongo(connectionsMax: 1, waitersMax: 1, FakeMongo.stalling("insert")) {
            client,
            server in
            let task = Task {
                try await client.runCommand(["insert": "a", "documents": []], deadline: .after(.seconds(4)))
            }
            let hasArrived = try await eventually { server.names.contains("insert") }
            #expect(hasArrived)
            async let waiting = mongoError {
                try await client.runCommand(["insert": "b"], deadline: .after(.seconds(2)))
            }
            try await Task.sleep(for: .milliseconds(300))
            let refused = await mongoError { try await client.runCommand(["ping": 1]) }
            #expect(refused?.code == .poolExhausted)
            let late = await waiting
            #expect(late?.code == .timeout && late?.mayHaveBeenApplied == false)
            let begun = await mongoError { try await task.value }
            #expect(begun?.code == .timeout && begun?.mayHaveBeenApplied == true)
            #expect(server.names == ["insert"])
        }
    }

    @Test func `a call waits for a server until its deadline and its thread is free then`() async throws {
        try await withFakeMongo(connectionsMax: 1, FakeMongo.silent) { client, _ in
            let start = ContinuousClock.now
            let error = await mongoError {
                try await client.runCommand(["insert": "a"], deadline: .after(.milliseconds(300)))
            }
            #expect(error?.code == .timeout && error?.mayHaveBeenApplied == false)
            let second = await mongoError {
                try await client.runCommand(["insert": "a"], deadline: .after(.milliseconds(300)))
            }
            #expect(second?.code == .timeout)
            #expect(start.duration(to: .now) < .seconds(3))
        }
    }

    @Test func `a cancelled call that waits for a server ends at once`() async throws {
        try await withFakeMongo(connectionsMax: 1, FakeMongo.silent) { client, _ in
            let task = Task { try await client.runCommand(["insert": "a"]) }
            try await Task.sleep(for: .milliseconds(200))
            let start = ContinuousClock.now
            task.cancel()
            let error = await mongoError { try await task.value }
            #expect(error?.code == .cancelled && error?.mayHaveBeenApplied == false)
            #expect(start.duration(to: .now) < .seconds(2))
        }
    }

    @Test func `a cut in mid-reply is an error of the network and the next call works`() async throws {
        let isFirst = Atomic(true)
        let react: FakeMongo.Reactor = { command in
            guard command.name == "insert", isFirst.exchange(false, ordering: .relaxed) else { return nil }
            return .closeAfter(bytes: 20, of: ["ok": .double(1)])
        }
        try await withFakeMongo(react) { client, _ in
            let error = await mongoError { try await client.runCommand(["insert": "a", "documents": []]) }
            #expect(error?.code == .network && error?.mayHaveBeenApplied == true && error?.isRetriable == true)
            try await client.runCommand(["insert": "a", "documents": []])
        }
    }

    @Test func `an idle connection that the server closed does not fail the next call`() async throws {
        try await withFakeMongo(connectionsMax: 1) { client, server in
            try await client.runCommand(["ping": 1])
            server.dropConnections()
            try await Task.sleep(for: .milliseconds(300))
            try await client.runCommand(["insert": "a", "documents": []])
            #expect(server.usedConnections == 2)
        }
    }
}
