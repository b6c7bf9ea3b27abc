import CRdkafka
import Testing

@testable import Kafka

@Suite struct ConnectionFailuresTests {
    private let timedOut = KafkaError(.timedOut, "too late", isRetriable: true, mayHaveBeenApplied: true, topic: "t")
    private let failures = ConnectionFailures()

    @Test func `a timeout becomes the failed authentication behind it, and keeps topic and doubt`() {
        self.failures.note(RD_KAFKA_RESP_ERR__AUTHENTICATION, "b:1: wrong password")
        let error = self.failures.explain(self.timedOut)
        #expect(error.code == .authenticationFailed && error.rdkafkaName == "_AUTHENTICATION")
        #expect(error.message.contains("b:1: wrong password") && error.message.contains("too late"))
        #expect(!error.isRetriable && error.mayHaveBeenApplied && error.topic == "t")
        #expect(self.failures.authentication()?.code == .authenticationFailed)
    }

    @Test func `a timeout without a failed authentication tells how the last connection failed`() {
        self.failures.note(RD_KAFKA_RESP_ERR__TRANSPORT, "b:1: connection refused")
        let error = self.failures.explain(self.timedOut)
        #expect(error.code == .timedOut && error.isRetriable)
        #expect(error.message.contains("too late") && error.message.contains("b:1: connection refused"))
        #expect(self.failures.authentication() == nil)
    }

    @Test func `authentication counts for more than what came after it`() {
        self.failures.note(RD_KAFKA_RESP_ERR__SSL, "b:1: certificate verify failed")
        self.failures.note(RD_KAFKA_RESP_ERR__TRANSPORT, "b:1: disconnected")
        #expect(self.failures.explain(self.timedOut).rdkafkaName == "_SSL")
    }

    @Test func `an alert of TLS is a failed authentication, whenever it comes`() {
        let text = "b:1: Receive failed: error:0A00045C:SSL routines::tlsv13 alert certificate required"
        self.failures.note(RD_KAFKA_RESP_ERR__TRANSPORT, text)
        let error = self.failures.explain(self.timedOut)
        #expect(error.code == .authenticationFailed && !error.isRetriable)
    }

    @Test(arguments: [
        KafkaError(rdkafka: RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT), KafkaError(rdkafka: RD_KAFKA_RESP_ERR__QUEUE_FULL),
        KafkaError(rdkafka: RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART), KafkaError(.cancelled, "cancelled"),
    ])
    func `errors with another reason stay as they are`(error: KafkaError) {
        self.failures.note(RD_KAFKA_RESP_ERR__AUTHENTICATION, "b:1: wrong password")
        #expect(self.failures.explain(error) == error)
    }

    @Test func `what other events say, what an answer has overtaken and what is old does not count`() {
        self.failures.note(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "1/1 brokers are down")
        #expect(self.failures.explain(self.timedOut) == self.timedOut)
        self.failures.note(RD_KAFKA_RESP_ERR__AUTHENTICATION, "b:1: wrong password")
        self.failures.clear()
        #expect(self.failures.explain(self.timedOut) == self.timedOut)
        let then = ContinuousClock.now - .seconds(61)
        self.failures.note(RD_KAFKA_RESP_ERR__AUTHENTICATION, "b:1: wrong password", at: then)
        #expect(self.failures.explain(self.timedOut) == self.timedOut)
        #expect(self.failures.authentication() == nil)
    }

    @Test func `the outcomes of an admin call are explained one by one`() {
        self.failures.note(RD_KAFKA_RESP_ERR__AUTHENTICATION, "b:1: wrong password")
        let outcomes: [String: Result<Int, KafkaError>] = ["a": .success(1), "b": .failure(self.timedOut)]
        let explained = outcomes.mapFailures { self.failures.explain($0) }
        #expect(explained["a"] == .success(1))
        #expect(explained["b"]?.failureCode == .authenticationFailed)
        #expect(outcomes.hasSuccess && ![1: Result<Int, KafkaError>.failure(self.timedOut)].hasSuccess)
    }
}

extension Result where Failure == KafkaError {
    fileprivate var failureCode: KafkaError.Code? {
        if case .failure(let error) = self { error.code } else { nil }
    }
}
