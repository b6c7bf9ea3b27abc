import CRdkafka
import Logging
import ServerRuntime
import Synchronization

/// The client of an admin, and the thread that takes its answers.
///
/// librdkafka's admin calls do not block: they are made on the caller's thread, and their answers arrive in the main
/// queue. Questions that librdkafka only answers by blocking calls get a thread each.
final class AdminSession: Sendable {
    /// Blocking calls at the same time; further ones are refused.
    static let blockingCallsMax = 64

    private struct State {
        var answers: [Int: any AdminAnswer] = [:]
        var lastTicket = 0
        var blockingCalls = 0
    }

    private let client: RDKafkaClient
    private let wake: WakeDescriptor
    private let logger: Logger
    private let failures = ConnectionFailures()
    private let state = Mutex(State())

    init(_ connection: KafkaConnectionConfiguration, logger: Logger) throws(KafkaError) {
        self.logger = logger
        self.wake = try WakeDescriptor()
        self.client = try RDKafkaClient(.consumer, Self.makeConf(connection), wake: self.wake)
    }

    /// Builds librdkafka's configuration: a consumer's, because only consumers can ask about a topic without creating it.
    static func makeConf(_ connection: KafkaConnectionConfiguration) throws(KafkaError) -> RDKafkaConf {
        let conf = RDKafkaConf()
        try connection.apply([("allow.auto.create.topics", "false")], to: conf)
        conf.enableEvents([.error, .log])
        return conf
    }

    // MARK: - Callers

    /// Makes an admin call and waits for its answer.
    ///
    /// - Parameters:
    ///   - operation: the call.
    ///   - deadline: librdkafka's timeout; also bounds the work of the brokers.
    ///   - issue: makes the call with the client, the options and the queue for the answer.
    ///   - decode: reads the answer.
    /// - Returns: what `decode` returned.
    /// - Throws: what the call failed with, `.closed`, `.cancelled`, or what `issue` or `decode` threw.
    func perform<Value: Sendable>(
        _ operation: AdminOperation,
        deadline: Deadline,
        _ issue: (OpaquePointer, borrowing RDKafkaAdminOptions, OpaquePointer) throws(KafkaError) -> Void,
        _ decode: @escaping @Sendable (OpaquePointer) throws(KafkaError) -> Value
    ) async throws(KafkaError) -> Value {
        try Self.check(deadline)
        guard self.client.enter() else { throw Self.closed(mayHaveBeenApplied: false) }
        let ticket = AdminTicket { event throws(KafkaError) in
            try operation.check(event)
            return try decode(event)
        }
        let id = self.register(ticket)
        defer { self.forget(id) }
        do {
            defer { self.client.leave() }
            let options = try RDKafkaAdminOptions(self.client.raw, operation.raw, deadline: deadline, ticket: id)
            guard let queue = rd_kafka_queue_get_main(self.client.raw) else {
                throw Self.closed(mayHaveBeenApplied: false)
            }
            defer { rd_kafka_queue_destroy(queue) }
            try issue(self.client.raw, options, queue)
        }
        var cancelled = KafkaError(.cancelled, "cancelled while waiting for the answer")
        cancelled.mayHaveBeenApplied = operation.isChange
        return try await self.result(of: ticket, cancelled)
    }

    /// Makes a blocking call on a thread of its own and waits for its result.
    ///
    /// A caller that is cancelled returns at once; the thread ends by the call's own timeout.
    ///
    /// - Parameters:
    ///   - deadline: when to give up.
    ///   - body: makes the call with the client; the deadline is the timeout to give it.
    /// - Returns: what `body` returned.
    /// - Throws: what `body` threw, `.queueFull`, `.closed`, `.cancelled`.
    func query<Value: Sendable>(
        deadline: Deadline,
        _ body: @escaping @Sendable (OpaquePointer, Deadline) throws(KafkaError) -> Value
    ) async throws(KafkaError) -> Value {
        try Self.check(deadline)
        let hasRoom = self.state.withLock { state in
            guard state.blockingCalls < Self.blockingCallsMax else { return false }
            state.blockingCalls += 1
            return true
        }
        guard hasRoom else {
            throw KafkaError(.queueFull, "\(Self.blockingCallsMax) questions wait already", isRetriable: true)
        }
        let ticket = AdminTicket<Value> { _ throws(KafkaError) in throw KafkaError(.system, "not an event's answer") }
        let id = self.register(ticket)
        defer { self.forget(id) }
        let status = DedicatedThread.start("kafka-admin-ask") {
            ticket.finish(self.ask(deadline, body))
            self.state.withLock { $0.blockingCalls -= 1 }
        }
        guard status == 0 else {
            self.state.withLock { $0.blockingCalls -= 1 }
            throw KafkaError(.system, "pthread_create: error \(status)", isRetriable: true)
        }
        let cancelled = KafkaError(.cancelled, "cancelled while waiting for the answer")
        return try await self.result(of: ticket, cancelled)
    }

    private func result<Value>(of ticket: AdminTicket<Value>, _ cancelled: KafkaError) async throws(KafkaError) -> Value
    {
        switch await ticket.answer(cancelled: cancelled) {
        case .success(let value):
            let outcome = value as? any AdminOutcome
            if outcome?.hasSuccess ?? true { self.failures.clear() }
            return outcome?.mapFailures { self.failures.explain($0) } as? Value ?? value
        case .failure(let error): throw self.failures.explain(error)
        }
    }

    private func ask<Value>(
        _ deadline: Deadline,
        _ body: (OpaquePointer, Deadline) throws(KafkaError) -> Value
    ) -> Result<Value, KafkaError> {
        guard self.client.enter() else { return .failure(Self.closed(mayHaveBeenApplied: false)) }
        defer { self.client.leave() }
        do throws(KafkaError) {
            return .success(try body(self.client.raw, deadline))
        } catch {
            return .failure(error)
        }
    }

    private func register(_ answer: any AdminAnswer) -> Int {
        self.state.withLock { state in
            state.lastTicket += 1
            state.answers[state.lastTicket] = answer
            return state.lastTicket
        }
    }

    private func forget(_ id: Int) {
        self.state.withLock { _ = $0.answers.removeValue(forKey: id) }
    }

    /// Refuses a call whose time is over before it has begun.
    static func check(_ deadline: Deadline) throws(KafkaError) {
        guard !Task.isCancelled else { throw KafkaError(.cancelled, "cancelled before the call") }
        guard !deadline.hasPassed else { throw KafkaError(.timedOut, "the deadline passed before the call") }
    }

    private static func closed(mayHaveBeenApplied: Bool) -> KafkaError {
        KafkaError(.closed, "the admin is closed", mayHaveBeenApplied: mayHaveBeenApplied)
    }

    // MARK: - The session's thread

    /// Refuses new calls and ends those that wait.
    func close() {
        self.client.close()
        self.failAll()
        self.wake.wake()
    }

    /// Takes answers until the session is closed, then destroys the client.
    func runOnThread() async throws(KafkaError) {
        try await DedicatedThread.run("kafka-admin") {
            self.serve()
            self.failAll()
            self.client.destroy()
        }
    }

    /// Destroys the client of a session whose thread never ran.
    ///
    /// Blocks shortly.
    func abandon() {
        self.close()
        self.client.destroy()
    }

    private func serve() {
        let queue = RDKafkaQueue(takingOwnershipOf: rd_kafka_queue_get_main(self.client.raw))
        queue.wakes(self.wake)
        while !self.client.isUnusedForGood {
            self.drain(queue)
            self.wake.wait(milliseconds: 60_000)
        }
    }

    private func drain(_ queue: borrowing RDKafkaQueue) {
        while let event = rd_kafka_queue_poll(queue.raw, 0) {
            defer { rd_kafka_event_destroy(event) }
            switch rd_kafka_event_type(event) {
            case RD_KAFKA_EVENT_LOG: RDKafkaLog.forward(event, to: self.logger)
            case RD_KAFKA_EVENT_ERROR: self.note(event)
            default:
                let id = Int(bitPattern: rd_kafka_event_opaque(event))
                let answer = self.state.withLock { $0.answers.removeValue(forKey: id) }
                // Nobody waits any more for the answer to a call that was cancelled.
                answer?.take(event)
            }
        }
    }

    private func note(_ event: OpaquePointer) {
        self.failures.note(event)
        let text = rd_kafka_event_error_string(event).map { String(cString: $0) } ?? ""
        self.logger.debug(
            "kafka admin error",
            metadata: [
                "kafka.error.code": "\(rd_kafka_event_error(event).rawValue)", "kafka.error.text": "\(text)",
            ]
        )
    }

    private func failAll() {
        let answers = self.state.withLock { state in
            defer { state.answers = [:] }
            return state.answers.values
        }
        for answer in answers { answer.fail(Self.closed(mayHaveBeenApplied: true)) }
    }
}
