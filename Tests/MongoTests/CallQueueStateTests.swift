import ServerRuntime
import Testing

@testable import Mongo

@Suite struct CallQueueStateTests {
    private let later = Deadline.after(.seconds(60))

    @Test func `calls are taken in order of arrival and those that gave up are left out`() {
        var queue = CallQueueState<String>(waitersMax: 10)
        for (id, call) in zip(UInt64(1)..., ["a", "b", "c"]) {
            #expect(queue.submit(call, id: id, deadline: self.later) == .accepted)
        }
        let gone = queue.giveUp(2)
        #expect(gone?.call == "b" && gone?.hasBegun == false)
        #expect(queue.take()?.call == "a" && queue.take()?.call == "c" && queue.take() == nil)
        let begun = queue.giveUp(1)
        #expect(begun?.call == "a" && begun?.hasBegun == true)
        queue.done(3)
        #expect(queue.giveUp(3) == nil)
    }

    @Test func `a full and a closed queue refuse`() {
        var queue = CallQueueState<String>(waitersMax: 1)
        #expect(queue.submit("a", id: 1, deadline: self.later) == .accepted)
        #expect(queue.submit("b", id: 2, deadline: self.later) == .full)
        #expect(queue.close() == ["a"])
        #expect(queue.submit("c", id: 3, deadline: self.later) == .closed)
        #expect(queue.take() == nil)
    }

    @Test func `waiting and running calls expire and the next deadline is known`() {
        var queue = CallQueueState<String>(waitersMax: 10)
        let now = ContinuousClock.now
        let due = Deadline(now.advanced(by: .seconds(1)))
        _ = queue.submit("running", id: 1, deadline: due)
        _ = queue.submit("waiting", id: 2, deadline: due)
        _ = queue.submit("late", id: 3, deadline: self.later)
        _ = queue.take()
        #expect(queue.expire(now: now).isEmpty)
        #expect(queue.earliestDeadline == due.instant)
        let expired = queue.expire(now: due.instant)
        #expect(expired.map(\.call).sorted() == ["running", "waiting"])
        #expect(queue.earliestDeadline == self.later.instant)
    }
}
