import CRdkafka
import Synchronization

/// What a client's connections have failed with lately: the reason of errors that otherwise only say that time is over.
///
/// librdkafka connects again for ever, also when a broker refuses the password or has the wrong certificate. It tells of
/// each failure by an event, at the latest every 30 s anew, while the operation that waits for the connection ends by a
/// timeout that knows nothing of it.
final class ConnectionFailures: Sendable {
    private struct Failure {
        var error: KafkaError
        var instant: ContinuousClock.Instant
    }

    private struct State {
        /// Of authentication, SASL's or TLS's: no other broker or later attempt is likely to help.
        var authentication: Failure?
        /// Of the network.
        var connection: Failure?
    }

    /// Twice the time after which librdkafka repeats an event.
    private static let relevance = Duration.seconds(60)

    private let state = Mutex(State())
    private let hasAny = Atomic(false)

    /// Takes an error event in.
    func note(_ event: OpaquePointer) {
        let text = rd_kafka_event_error_string(event).map { String(cString: $0) }
        self.note(rd_kafka_event_error(event), text)
    }

    /// Takes the code and the text of an error event in; those that are not about connections change nothing.
    func note(_ raw: rd_kafka_resp_err_t, _ text: String?, at instant: ContinuousClock.Instant = .now) {
        var failure = Failure(error: KafkaError(rdkafka: raw, detail: text), instant: instant)
        if raw == RD_KAFKA_RESP_ERR__TRANSPORT, let text, Self.isAlert(text) {
            failure.error.code = .authenticationFailed
            failure.error.isRetriable = false
        }
        if failure.error.code == .authenticationFailed {
            self.state.withLock { $0.authentication = failure }
        } else if raw == RD_KAFKA_RESP_ERR__TRANSPORT || raw == RD_KAFKA_RESP_ERR__RESOLVE {
            self.state.withLock { $0.connection = failure }
        } else {
            return
        }
        self.hasAny.store(true, ordering: .releasing)
    }

    /// A broker has answered.
    func clear() {
        guard self.hasAny.load(ordering: .relaxed) else { return }
        self.hasAny.store(false, ordering: .relaxed)
        self.state.withLock { $0 = State() }
    }

    /// The failed authentication that is the likely reason for whatever does not come about; `nil` when none is known.
    func authentication(now: ContinuousClock.Instant = .now) -> KafkaError? {
        self.state.withLock { Self.recent($0.authentication, now) }
    }

    /// The error with its likely reason.
    ///
    /// A timeout, or the lack of a broker, becomes the failed authentication behind it, if there is one; otherwise it
    /// tells what the last connection failed with. All other errors stay as they are.
    func explain(_ error: KafkaError, now: ContinuousClock.Instant = .now) -> KafkaError {
        // A positive code is a broker's answer.
        guard error.code == .timedOut || error.code == .unavailable, error.rdkafkaCode <= 0,
            self.hasAny.load(ordering: .acquiring)
        else { return error }
        let state = self.state.withLock { $0 }
        var explained = error
        if let reason = Self.recent(state.authentication, now) {
            explained.code = reason.code
            explained.rdkafkaCode = reason.rdkafkaCode
            explained.isRetriable = reason.isRetriable
            explained.message = "\(reason.message); \(error.message)"
        } else if let reason = Self.recent(state.connection, now), reason.message != error.message {
            explained.message = "\(error.message); the last connection failed: \(reason.message)"
        }
        return explained
    }

    /// Whether OpenSSL says that the broker has refused the client, as in `SSL routines::tlsv13 alert certificate required`.
    ///
    /// With TLS 1.3 a client is through with the handshake before the broker looks at its certificate, so librdkafka takes
    /// the refusal for a connection that broke while data was received, and there is nothing but its text.
    private static func isAlert(_ text: String) -> Bool {
        text.contains("SSL routines") && text.contains("alert")
    }

    private static func recent(_ failure: Failure?, _ now: ContinuousClock.Instant) -> KafkaError? {
        guard let failure, now - failure.instant < self.relevance else { return nil }
        return failure.error
    }
}
