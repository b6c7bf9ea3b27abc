import ServerRuntime
import Testing

@testable import Redis

@Suite struct CallQueueTests {
    private let lost = RedisError(.connectionLost, "cut")
    private let late = RedisError(.deadlineExceeded, "late")
    private let cancelled = RedisError(.cancelled, "cancelled")

    @Test func `replies belong to calls in the order of sending`() async throws {
        var queue = CallQueue.roomy()
        let (first, second) = (await WaitingCall(), await WaitingCall())
        #expect(queue.submit("a", 1, first) == nil && queue.submit("b", 2, second, commandCount: 2) == nil)
        #expect(queue.take() == "ab")
        try queue.receive([.integer(1), .integer(2)])
        #expect(queue.hasInFlight)
        try queue.receive([.integer(3)])
        #expect(try await first.outcome.get() == [.integer(1)])
        #expect(try await second.outcome.get() == [.integer(2), .integer(3)])
        #expect(queue.isEmpty && queue.commandCount == 0)
    }

    @Test func `a reply that nobody asked for is a protocol error`() async throws {
        var queue = CallQueue.roomy()
        #expect(throws: RedisError.self) { try queue.receive([.null]) }
        let queued = await WaitingCall()
        #expect(queue.submit("a", 1, queued) == nil)
        #expect(throws: RedisError.self) { try queue.receive([.null]) }
        queue.failQueued(self.lost).resume()
        #expect(await queued.error?.mayHaveBeenApplied == false)
    }

    @Test func `limits count commands and bytes from submission to the last reply`() async throws {
        var queue = CallQueue(commandsMax: 3, bytesMax: 10)
        let (first, second, third) = (await WaitingCall(), await WaitingCall(), await WaitingCall())
        #expect(queue.submit("aaaa", 1, first, commandCount: 2) == nil)
        #expect(queue.submit("bb", 2, second, commandCount: 2)?.code == .queueFull)
        #expect(queue.submit("bbbbbbb", 2, second)?.code == .queueFull)
        #expect(queue.submit("bbbbbb", 2, second) == nil)
        #expect(queue.take() == "aaaabbbbbb")
        #expect(queue.submit("c", 3, third)?.code == .queueFull, "sent is not answered")
        try queue.receive([.null, .null])
        #expect(queue.submit("c", 3, third) == nil)
        queue.connectionLost(bytesSent: .max, unsent: [], error: self.lost).resume()
        queue.failQueued(self.lost).resume()
        _ = await (first.outcome, second.outcome, third.outcome)
        #expect(queue.isEmpty && queue.commandCount == 0)
    }

    @Test func `a large backlog is handed out in portions of whole calls`() async {
        var queue = CallQueue.roomy()
        let text = String(repeating: "x", count: 50_000)
        var calls: [WaitingCall] = []
        for ticket in 0..<8 {
            calls.append(await WaitingCall())
            #expect(queue.submit(text, UInt64(ticket), calls[ticket]) == nil)
        }
        #expect(queue.take().utf8.count == 150_000)
        #expect(queue.take().utf8.count == 150_000)
        #expect(queue.take().utf8.count == 100_000 && !queue.hasQueued)
        queue.connectionLost(bytesSent: .max, unsent: [], error: self.lost).resume()
        for call in calls { #expect(await call.error?.mayHaveBeenApplied == true) }
    }

    @Test func `a call whose waiter has gone is not sent`() async {
        var queue = CallQueue.roomy()
        let (gone, kept) = (await WaitingCall(), await WaitingCall())
        #expect(queue.submit("aaa", 7, gone) == nil && queue.submit("b", 8, kept) == nil)
        queue.cancel(ticket: 7, error: self.cancelled)?.resume()
        #expect(queue.cancel(ticket: 7, error: self.cancelled) == nil)
        #expect(queue.cancel(ticket: 99, error: self.cancelled) == nil)
        queue.tidy()
        #expect(queue.commandCount == 1)
        #expect(queue.take() == "b")
        #expect(await gone.error?.mayHaveBeenApplied == false)
        queue.connectionLost(bytesSent: 1, unsent: [], error: self.lost).resume()
        _ = await kept.outcome
    }

    @Test func `the late reply of an abandoned call is matched and dropped`() async throws {
        var queue = CallQueue.roomy()
        let (gone, next) = (await WaitingCall(), await WaitingCall())
        #expect(queue.submit("a", 1, gone) == nil && queue.submit("b", 2, next) == nil)
        _ = queue.take()
        queue.cancel(ticket: 1, error: self.cancelled)?.resume()
        try queue.receive([.integer(1), .integer(2)])
        #expect(await gone.error?.code == .cancelled)
        #expect(await gone.error?.mayHaveBeenApplied == true)
        #expect(try await next.outcome.get() == [.integer(2)])
    }

    @Test func `after a loss sent calls fail and the rest is sent again in order`() async throws {
        var queue = CallQueue.roomy()
        let calls = [await WaitingCall(), await WaitingCall(), await WaitingCall(), await WaitingCall()]
        for (index, text) in ["aa", "bb", "cc"].enumerated() {
            #expect(queue.submit(text, UInt64(index), calls[index]) == nil)
        }
        #expect(queue.take() == "aabbcc")
        #expect(queue.submit("dd", 3, calls[3]) == nil)
        // Three bytes went out: the first call, and half of the second.
        queue.connectionLost(bytesSent: 3, unsent: Array("bcc".utf8)[...], error: self.lost).resume()
        #expect(await calls[0].error?.mayHaveBeenApplied == true)
        #expect(await calls[1].error?.mayHaveBeenApplied == true)
        #expect(queue.take() == "ccdd")
        try queue.receive([.integer(1), .integer(2)])
        #expect(try await calls[2].outcome.get() == [.integer(1)])
        #expect(try await calls[3].outcome.get() == [.integer(2)])
    }

    @Test func `deadlines end calls in both parts of the queue and tell whether they were sent`() async throws {
        var queue = CallQueue.roomy()
        let start = Deadline.after(.zero)
        let soon = Deadline(start.instant.advanced(by: .seconds(1)))
        let later = Deadline(start.instant.advanced(by: .seconds(9)))
        let (sent, queued, patient) = (await WaitingCall(), await WaitingCall(), await WaitingCall())
        #expect(queue.submit("aa", 1, sent, deadline: later) == nil)
        #expect(queue.nextDeadline == later)
        #expect(queue.submit("bb", 2, queued, deadline: soon) == nil && queue.nextDeadline == soon)
        _ = queue.take()
        #expect(queue.submit("cc", 3, patient, deadline: soon) == nil)
        #expect(queue.expire(at: start, error: self.late).isEmpty)
        let expired = queue.expire(at: soon, error: self.late)
        expired.resume()
        #expect(expired.count == 2 && queue.nextDeadline == later)
        #expect(await queued.error?.mayHaveBeenApplied == true)
        #expect(await patient.error?.mayHaveBeenApplied == false)
        #expect(queue.commandCount == 2, "only the unsent call gives back its room")
        queue.connectionLost(bytesSent: .max, unsent: [], error: self.lost).resume()
        _ = await sent.outcome
    }
}
