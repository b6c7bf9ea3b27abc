import Synchronization
import Testing

@testable import KafkaDev

@Suite struct ByteBudgetTests {
    @Test func `what is taken comes back, and those who wait are called once`() {
        let budget = ByteBudget(limit: 100)
        let calls = Mutex(0)
        #expect(budget.take(60) {})
        #expect(!budget.take(50) { calls.withLock { $0 += 1 } })
        #expect(budget.take(40) {})
        budget.release(40)
        budget.release(60)
        #expect(calls.withLock { $0 } == 1)
        #expect(budget.free == 100)
    }

    @Test func `more than the limit is given when nothing else is taken`() {
        let budget = ByteBudget(limit: 100)
        #expect(budget.take(1_000) {})
        #expect(!budget.take(1) {})
        #expect(budget.free == 0)
        budget.release(1_000)
        #expect(budget.take(1) {})
    }
}
