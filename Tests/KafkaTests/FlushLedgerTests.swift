import ServerRuntime
import Testing

@testable import Kafka

@Suite struct FlushLedgerTests {
    private let soon = Deadline.after(.seconds(20))

    @Test func `a flush waits for the records before it and not for those behind`() async {
        let isDone = await withCheckedContinuation { continuation in
            var ledger = FlushLedger()
            let first = ledger.add(2)
            let isOver = ledger.wait(1, deadline: self.soon, continuation) != nil
            #expect(!isOver)
            let second = ledger.add(5)
            #expect(second != first)
            #expect(ledger.settle(3, round: second).isEmpty)
            #expect(ledger.settle(1, round: first).isEmpty)
            #expect(ledger.nextDeadline == self.soon)
            let ready = ledger.settle(1, round: first)
            #expect(ready.map(\.id) == [1])
            #expect(ledger.total == 2)
            for waiter in ready { waiter.continuation.resume(returning: true) }
        }
        #expect(isDone)
    }

    @Test func `a flush of nothing is over at once`() async {
        let isDone = await withCheckedContinuation { continuation in
            var ledger = FlushLedger()
            let round = ledger.add(1)
            #expect(ledger.settle(1, round: round).isEmpty)
            ledger.wait(1, deadline: self.soon, continuation)?.continuation.resume(returning: true)
        }
        #expect(isDone)
    }

    @Test func `a flush that is given up is forgotten`() async {
        let isDone = await withCheckedContinuation { continuation in
            var ledger = FlushLedger()
            let round = ledger.add(1)
            let isOver = ledger.wait(7, deadline: self.soon, continuation) != nil
            #expect(!isOver)
            let isKnown = ledger.giveUp(8) != nil
            #expect(!isKnown)
            ledger.giveUp(7)?.continuation.resume(returning: false)
            #expect(ledger.nextDeadline == nil)
            #expect(ledger.settle(1, round: round).isEmpty)
        }
        #expect(!isDone)
    }

    @Test func `a flush whose time is over is taken out and the others stay`() async {
        let isDone = await withCheckedContinuation { outer in
            let other = Task {
                await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
                    var ledger = FlushLedger()
                    let round = ledger.add(1)
                    let isOver = ledger.wait(1, deadline: .after(.zero), outer) != nil
                    let isOtherOver = ledger.wait(2, deadline: self.soon, continuation) != nil
                    #expect(!isOver && !isOtherOver)
                    let expired = ledger.takeExpired()
                    #expect(expired.map(\.id) == [1])
                    for waiter in expired { waiter.continuation.resume(returning: false) }
                    for waiter in ledger.settle(1, round: round) { waiter.continuation.resume(returning: true) }
                }
            }
            _ = other
        }
        #expect(!isDone)
    }
}
