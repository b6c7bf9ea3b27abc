import Testing

@testable import Postgres

@Suite struct PipelineAnswerTests {
    private typealias Part = PipelineAnswer.Part

    /// What is done with each part.
    private func actions(_ answer: inout PipelineAnswer, _ parts: [Part]) -> [PipelineAnswer.Action] {
        parts.map { answer.received($0) }
    }

    @Test func `a prepared statement answers with its rows and a sync`() {
        var answer = PipelineAnswer(prefixes: 0, prepares: false, executions: 1)
        #expect(answer.isExecuting)
        let actions = self.actions(&answer, [.rows, .separator, .sync])
        #expect(actions == [.keep, .drop, .finish])
        #expect(!answer.hasFailed)
    }

    @Test func `what precedes the statement is not taken for its answer`() {
        var answer = PipelineAnswer(prefixes: 2, prepares: true, executions: 1)
        let parts: [Part] = [
            .command, .separator, .rows, .separator, .command, .separator, .command, .separator, .sync,
        ]
        let actions = self.actions(&answer, parts)
        #expect(actions == [.drop, .drop, .drop, .drop, .drop, .drop, .keep, .drop, .finish])
        #expect(answer.hasPrepared)
    }

    @Test func `each of many executions gives an answer`() {
        var answer = PipelineAnswer(prefixes: 0, prepares: true, executions: 3)
        let parts: [Part] = [
            .command, .separator, .command, .separator, .rows, .separator, .command, .separator, .sync,
        ]
        let actions = self.actions(&answer, parts)
        #expect(actions == [.drop, .drop, .keep, .drop, .keep, .drop, .keep, .drop, .finish])
    }

    @Test func `an end without a result before it is waited behind`() {
        var answer = PipelineAnswer(prefixes: 0, prepares: false, executions: 2)
        let parts: [Part] = [
            .separator, .command, .separator, .separator, .separator, .command, .separator, .separator, .sync,
        ]
        let actions = self.actions(&answer, parts)
        #expect(actions == [.wait, .keep, .drop, .wait, .wait, .keep, .drop, .wait, .finish])
    }

    @Test func `after an error the rest of the group is aborted and only that error is told`() {
        var answer = PipelineAnswer(prefixes: 0, prepares: true, executions: 2)
        let parts: [Part] = [.error, .separator, .aborted, .separator, .aborted, .separator, .sync]
        let actions = self.actions(&answer, parts)
        #expect(actions == [.fail, .drop, .drop, .drop, .drop, .drop, .finish])
        #expect(!answer.hasPrepared && answer.hasFailed)
    }

    @Test func `a statement that was prepared stays so when its execution fails`() {
        var answer = PipelineAnswer(prefixes: 0, prepares: true, executions: 1)
        let actions = self.actions(&answer, [.command, .separator, .error, .separator, .sync])
        #expect(actions == [.drop, .drop, .fail, .drop, .finish])
        #expect(answer.hasPrepared)
    }

    @Test(arguments: [
        [Part.copy], [.sync], [.rows, .separator, .rows], [.rows, .separator, .sync, .sync],
        [.rows, .separator, .sync, .rows],
    ])
    func `what does not fit ends the connection`(parts: [PipelineAnswer.Part]) {
        var answer = PipelineAnswer(prefixes: 0, prepares: false, executions: 1)
        let last = self.actions(&answer, parts).last
        #expect(last == .giveUp)
    }

    /// Every sequence of parts ends, one way or the other, without a trap.
    @Test(arguments: 0..<200) func `any sequence of parts is followed`(seed: Int) {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1
        var answer = PipelineAnswer(prefixes: seed % 3, prepares: seed % 2 == 0, executions: seed % 5)
        let all: [Part] = [.rows, .command, .error, .aborted, .sync, .separator, .copy]
        for _ in 0..<100 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            _ = answer.received(all[Int(state >> 33) % all.count])
        }
    }
}
