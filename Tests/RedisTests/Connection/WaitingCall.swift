import ServerRuntime

@testable import Redis

/// Somebody who waits for the outcome of a call, for tests of the queue.
struct WaitingCall {
    let waiter: CallWaiter
    private let task: Task<CallOutcome, Never>

    /// Returns once the waiter is registered.
    init() async {
        var task: Task<CallOutcome, Never>?
        let waiter = await withCheckedContinuation { (registered: CheckedContinuation<CallWaiter, Never>) in
            task = Task {
                await withUnsafeContinuation { registered.resume(returning: $0) }
            }
        }
        self.waiter = waiter
        self.task = task ?? Task { .failure(RedisError(.system, "no task")) }
    }

    /// The replies, or the error, that the call ends with.
    var outcome: Result<[RedisValue], RedisError> {
        get async {
            switch await self.task.value {
            case .reply(let value): .success([value])
            case .replies(let values): .success(values)
            case .failure(let error): .failure(error)
            }
        }
    }

    /// The error that the call ends with.
    var error: RedisError? {
        get async {
            if case .failure(let error) = await self.outcome { error } else { nil }
        }
    }
}

extension CallQueue {
    /// A queue with room for everything.
    static func roomy() -> CallQueue { CallQueue(commandsMax: 1 << 20, bytesMax: 1 << 30) }

    /// Adds a call whose commands are `text`.
    mutating func submit(
        _ text: String,
        _ ticket: UInt64,
        _ call: WaitingCall,
        commandCount: Int = 1,
        deadline: Deadline = .after(.seconds(60))
    ) -> RedisError? {
        var text = text
        return text.withUTF8 {
            self.submit(
                ticket: ticket,
                waiter: call.waiter,
                deadline: deadline,
                commandCount: commandCount,
                bytes: UnsafeRawBufferPointer($0)
            )
        }
    }

    /// Takes what is to be sent.
    mutating func take() -> String {
        var wire: [UInt8] = []
        self.take(into: &wire)
        return String(decoding: wire, as: UTF8.self)
    }

    /// Matches replies, and resumes the waiters whose calls end.
    mutating func receive(_ replies: [RedisValue]) throws(RedisError) {
        var completions: [CallCompletion] = []
        defer { completions.resume() }
        try self.received(replies, &completions)
    }
}
