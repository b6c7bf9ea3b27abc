import ServerRuntime

/// A call of a task: runs `body` with a client, on a thread.
final class ClientCall<Value: Sendable>: EngineCall {
    typealias Body = @Sendable (borrowing MongocClient) throws(MongoError) -> Value

    let id: UInt64
    let deadline: Deadline
    let kind: MongoCallKind
    private let session: MongocSession?
    private let repeats: Bool
    private let body: Body
    private let answer: CallAnswer<Value>

    init(
        id: UInt64,
        deadline: Deadline,
        options: EngineCallOptions,
        body: @escaping Body,
        continuation: UnsafeContinuation<Result<Value, MongoError>, Never>
    ) {
        self.id = id
        self.deadline = deadline
        self.kind = options.kind
        self.session = options.session
        self.repeats = options.repeats
        self.body = body
        self.answer = CallAnswer(continuation)
    }

    func run(_ run: CallRun, release: () -> Void) {
        guard !self.answer.hasBeenGiven, run.begin(self, until: self.deadline) else { return release() }
        var attempts = run.attempts(self)
        var outcome: Result<Value, MongoError>
        repeat {
            do throws(MongoError) {
                let raw = try run.client(for: self.kind, attempts)
                let client = MongocClient(raw: raw, deadline: self.deadline, kind: self.kind, session: self.session)
                outcome = .success(try self.body(client))
            } catch {
                outcome = .failure(run.judged(error, self))
            }
        } while self.repeats && run.shallRepeat(outcome.failure, self.session, &attempts)
        let isStopped = run.end()
        // Before the answer, so that the task's next call finds this client and this thread free.
        release()
        // Whoever stopped it knows better why it failed, and tells.
        if isStopped, case .failure = outcome { return }
        if self.answer.give(outcome) {
            run.engine.count(outcome.failure)
        }
    }

    func fail(_ error: MongoError) {
        self.answer.give(.failure(error))
    }
}

extension Result where Failure == MongoError {
    /// The error; `nil` for a success.
    var failure: MongoError? {
        guard case .failure(let error) = self else { return nil }
        return error
    }
}
