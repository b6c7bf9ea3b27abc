import Testing

@testable import IMBench

@Suite struct UnansweredTests {
    private func message(_ number: UInt32) -> Unanswered.Message {
        Unanswered.Message(number: number, due: 0, createTime: 0)
    }

    @Test func `messages are taken out in any order, each once`() {
        var unanswered = Unanswered()
        for number in 1...5 as ClosedRange<UInt32> { unanswered.append(self.message(number)) }
        #expect(unanswered.remove(3)?.number == 3)
        #expect(unanswered.remove(3) == nil)
        #expect(unanswered.remove(1)?.number == 1)
        #expect(unanswered.first?.number == 2)
        #expect(unanswered.remove(6) == nil)
        #expect(unanswered.all.map(\.number) == [2, 4, 5])
        #expect(unanswered.count == 3)
    }

    @Test func `a long row stays in order while it is consumed`() {
        var unanswered = Unanswered()
        for number in 1...1_000 as ClosedRange<UInt32> {
            unanswered.append(self.message(number))
            if number > 10 { #expect(unanswered.remove(number - 10)?.number == number - 10) }
        }
        #expect(unanswered.all.map(\.number) == Array(991...1_000))
    }

    @Test func `a message can be changed where it stands`() {
        var unanswered = Unanswered()
        unanswered.append(self.message(1))
        unanswered.append(self.message(2))
        unanswered.update(2) { $0.tries = 7 }
        unanswered.update(9) { $0.tries = 8 }
        unanswered.updateAll { $0.underWaySince = 5 }
        #expect(unanswered.all.map(\.tries) == [0, 7])
        #expect(unanswered.all.map(\.underWaySince) == [5, 5])
    }
}
