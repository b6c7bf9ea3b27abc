import ServerRuntime
import Testing

@testable import Redis

@Suite struct CommandQueueTests {
    private let lost = RedisError(.connectionLost, "cut")
    private let late = RedisError(.deadlineExceeded, "late")

    @Test func `replies belong to calls in the order of sending`() async throws {
        var queue = CommandQueue()
        var outbox = Outbox()
        let first = await WaitingCall("a")
        let second = await WaitingCall("b", commandCount: 2)
        queue.enqueue([first.call, second.call])
        queue.fill(&outbox, bytesMax: 100)
        try queue.received(.integer(1))?.resume()
        #expect(try queue.received(.integer(2)) == nil)
        try queue.received(.integer(3))?.resume()
        #expect(try await first.outcome.get() == [.integer(1)])
        #expect(try await second.outcome.get() == [.integer(2), .integer(3)])
        #expect(!queue.hasInFlight && queue.takeReleased().commands == 3)
    }

    @Test func `a reply that nobody asked for is a protocol error`() {
        var queue = CommandQueue()
        #expect(throws: RedisError.self) { try queue.received(.null) }
    }

    @Test func `the outbox takes no call beyond its limit`() async throws {
        var queue = CommandQueue()
        var outbox = Outbox()
        let calls = [await WaitingCall("aaaa"), await WaitingCall("bbbb"), await WaitingCall("cccc")]
        queue.enqueue(calls.map(\.call))
        queue.fill(&outbox, bytesMax: 5)
        #expect(outbox.count == 8 && queue.hasQueued)
        for call in calls { call.cancel() }
    }

    @Test func `a call whose waiter has gone is not sent`() async {
        var queue = CommandQueue()
        var outbox = Outbox()
        let gone = await WaitingCall("a")
        queue.enqueue([gone.call])
        gone.cancel()
        queue.fill(&outbox, bytesMax: 100)
        #expect(outbox.isEmpty && !queue.hasInFlight && queue.takeReleased().commands == 1)
        #expect(await gone.error?.mayHaveBeenApplied == false)
    }

    @Test func `the late reply of an abandoned call is matched and dropped`() async throws {
        var queue = CommandQueue()
        var outbox = Outbox()
        let gone = await WaitingCall("a")
        let next = await WaitingCall("b")
        queue.enqueue([gone.call, next.call])
        queue.fill(&outbox, bytesMax: 100)
        gone.cancel()
        try queue.received(.integer(1))?.resume()
        try queue.received(.integer(2))?.resume()
        #expect(await gone.error?.code == .cancelled)
        #expect(await gone.error?.mayHaveBeenApplied == true)
        #expect(try await next.outcome.get() == [.integer(2)])
    }

    @Test func `after a loss sent calls fail and the rest is sent again in order`() async throws {
        var queue = CommandQueue()
        var outbox = Outbox()
        let sent = await WaitingCall("aa")
        let half = await WaitingCall("bb")
        let unsent = await WaitingCall("cc")
        let queued = await WaitingCall("dd")
        queue.enqueue([sent.call, half.call, unsent.call, queued.call])
        queue.fill(&outbox, bytesMax: 5)
        outbox.drain { _ in 3 }
        for completion in queue.connectionLost(bytesSent: outbox.bytesSent, error: self.lost) { completion.resume() }
        #expect(await sent.error?.mayHaveBeenApplied == true)
        #expect(await half.error?.mayHaveBeenApplied == true)
        var next = Outbox()
        queue.fill(&next, bytesMax: 100)
        var bytes: [UInt8] = []
        next.drain { buffer in
            bytes = Array(buffer)
            return buffer.count
        }
        #expect(bytes == Array("ccdd".utf8))
        try queue.received(.integer(1))?.resume()
        try queue.received(.integer(2))?.resume()
        #expect(try await unsent.outcome.get() == [.integer(1)])
        #expect(try await queued.outcome.get() == [.integer(2)])
    }

    @Test func `deadlines end calls in both parts of the queue and tell whether they were sent`() async throws {
        var queue = CommandQueue()
        var outbox = Outbox()
        let start = Deadline.after(.zero)
        let soon = Deadline(start.instant.advanced(by: .seconds(1)))
        let later = Deadline(start.instant.advanced(by: .seconds(9)))
        let sent = await WaitingCall("aa", deadline: soon)
        let queued = await WaitingCall("bb", deadline: soon)
        let patient = await WaitingCall("cc", deadline: later)
        queue.enqueue([sent.call, queued.call, patient.call])
        queue.fill(&outbox, bytesMax: 1)
        #expect(queue.nextDeadline == soon)
        #expect(queue.expire(at: start, error: self.late).isEmpty)
        let expired = queue.expire(at: soon, error: self.late)
        for completion in expired { completion.resume() }
        #expect(expired.count == 2 && queue.nextDeadline == later)
        #expect(await sent.error?.mayHaveBeenApplied == true)
        #expect(await queued.error?.mayHaveBeenApplied == false)
        #expect(queue.takeReleased().commands == 1, "only the unsent call gives back its room")
        patient.cancel()
    }

    @Test func `cancelled calls are dropped from a queue that does not move`() async {
        var queue = CommandQueue()
        let gone = await WaitingCall("abc")
        let kept = await WaitingCall("d")
        queue.enqueue([gone.call, kept.call])
        gone.cancel()
        queue.dropFinished()
        let released = queue.takeReleased()
        #expect(released.commands == 1 && released.bytes == 3)
        #expect(queue.hasQueued)
        for completion in queue.failQueued(self.lost) { completion.resume() }
        #expect(await kept.error?.code == .connectionLost)
    }
}
