import ServerRuntime
import Synchronization

@testable import Redis

/// Answers from a script and notes what was sent.
final class FakeRunner: RedisCommandRunner {
    private struct State {
        var answers: [[RedisValue]]
        var sent: [[String]] = []
        var deadlines: [Deadline?] = []
    }

    private let state: Mutex<State>

    /// One element for each call, with the reply to each of its commands.
    init(_ answers: [RedisValue]...) {
        self.state = Mutex(State(answers: answers))
    }

    var sent: [[String]] { self.state.withLock { $0.sent } }
    var deadlines: [Deadline?] { self.state.withLock { $0.deadlines } }

    func send<Reply>(_ command: RedisCommand<Reply>, deadline: Deadline?) async throws(RedisError) -> Reply {
        let replies = try await self.sendRaw(pipeline: [command.raw], deadline: deadline)
        return try Reply(reply: replies.first ?? .null)
    }

    func sendRaw(
        pipeline commands: [RedisCommand<RedisValue>],
        deadline: Deadline?
    ) async throws(RedisError) -> [RedisValue] {
        let answer = self.state.withLock { state in
            state.sent.append(commands.map(\.words))
            state.deadlines.append(deadline)
            return state.answers.isEmpty ? nil : state.answers.removeFirst()
        }
        guard let answer else { throw RedisError(.connectionLost, "no answer") }
        return answer
    }

    func resolve(_ deadline: Deadline?) -> Deadline { deadline ?? .after(.seconds(60)) }
}
