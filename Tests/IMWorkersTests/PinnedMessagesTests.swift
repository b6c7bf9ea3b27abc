import Testing

@testable import IMWorkers

@Suite struct PinnedMessagesTests {
    private func run(_ offset: Int64, _ conversationID: String = "c", seq: Int64, count: Int = 1) -> PinnedMessages.Run
    {
        PinnedMessages.Run(offset: offset, conversationID: conversationID, maxSeq: seq, count: count)
    }

    @Test func `messages count until the history has passed their record`() {
        let pinned = PinnedMessages()
        let ticket = pinned.join(3)
        pinned.add([self.run(5, seq: 2, count: 2), self.run(7, seq: 9, count: 7)], to: ticket)
        #expect(pinned.total == 9)
        pinned.passed(ticket, next: 5)
        #expect(pinned.total == 9)
        pinned.passed(ticket, next: 6)
        #expect(pinned.total == 7)
        pinned.passed(ticket, next: 2)
        #expect(pinned.next(of: ticket) == 6, "a position that was read late lowers nothing")
        pinned.passed(ticket, next: 100)
        #expect(pinned.total == 0)
        let waiting = pinned.waiting.count
        #expect(waiting == 0)
    }

    @Test func `partitions share the count, and one that ends takes its part with it`() {
        let pinned = PinnedMessages()
        let (first, second) = (pinned.join(0), pinned.join(1))
        pinned.add([self.run(1, seq: 4, count: 4)], to: first)
        pinned.add([self.run(1, seq: 3, count: 3)], to: second)
        #expect(pinned.total == 7)
        #expect(pinned.partitionCount == 2)
        pinned.restart(second, next: 1)
        #expect(pinned.total == 4)
        #expect(pinned.next(of: second) == 1)
        pinned.leave(first)
        #expect(pinned.total == 0)
        #expect(pinned.partitionCount == 1)
        pinned.add([self.run(2, seq: 5)], to: first)
        pinned.passed(first, next: 10)
        #expect(pinned.total == 0, "a partition that has ended is not there any more")
    }

    @Test func `the maxima are those of the records that were not passed`() {
        let pinned = PinnedMessages()
        let ticket = pinned.join(0)
        pinned.add([self.run(1, "a", seq: 1), self.run(2, "b", seq: 8), self.run(3, "a", seq: 2)], to: ticket)
        #expect(pinned.maxima == ["a": 2, "b": 8])
        pinned.passed(ticket, next: 3)
        #expect(pinned.maxima == ["a": 2])
    }

    @Test func `a long run through is counted right`() {
        let pinned = PinnedMessages()
        let ticket = pinned.join(0)
        for offset in 0..<Int64(10_000) {
            pinned.add([self.run(offset, seq: offset)], to: ticket)
            if offset % 3 == 0 { pinned.passed(ticket, next: offset - 10) }
        }
        #expect(pinned.total == 11)
        #expect(pinned.maxima == ["c": 9999])
    }
}
