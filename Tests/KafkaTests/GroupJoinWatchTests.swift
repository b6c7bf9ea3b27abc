import Testing

@testable import Kafka

@Suite struct GroupJoinWatchTests {
    @Test func `commits wait from the join until the assignment`() {
        var watch = GroupJoinWatch(joinMax: .seconds(60))
        let states = [
            ("wait-join", true), ("wait-metadata", true), ("wait-sync", true), ("wait-assign-call", false),
            ("steady", false), ("wait-unassign-call", false), ("init", false),
        ]
        for (state, isJoining) in states {
            watch.note(line: "[thrd:main]: Group \"g -> x\" changed join state init -> \(state) (state up)")
            #expect(watch.isJoining == isJoining, "\(state)")
        }
    }

    @Test(arguments: ["", "->", "Group \"g\" changed join state init ->", "no arrow"])
    func `a line of another form changes nothing`(line: String) {
        var watch = GroupJoinWatch(joinMax: .seconds(60))
        watch.note(line: line)
        #expect(!watch.isJoining)
        #expect(watch.isSettled)
    }

    @Test func `a join whose end is never told holds commits back no longer than a join can last`() async throws {
        var watch = GroupJoinWatch(joinMax: .milliseconds(50))
        watch.note(line: self.line("init", "wait-join"))
        #expect(watch.isJoining)
        try await Task.sleep(for: .milliseconds(30))
        // The bound is for the whole join.
        watch.note(line: self.line("wait-join", "wait-sync"))
        try await Task.sleep(for: .milliseconds(30))
        #expect(!watch.isJoining)
    }

    @Test func `a member that was let in waits for its first assignment`() {
        var watch = GroupJoinWatch(joinMax: .seconds(60))
        // A leader of no group looks up its topics, too.
        watch.note(line: self.line("init", "wait-metadata"))
        watch.note(line: self.line("wait-metadata", "init"))
        watch.note(line: self.line("init", "wait-join"))
        #expect(!watch.isBetweenJoinAndAssignment)
        watch.note(line: self.line("wait-join", "wait-sync"))
        #expect(watch.isBetweenJoinAndAssignment)
        watch.note(line: self.line("wait-sync", "init"))
        #expect(watch.isBetweenJoinAndAssignment)
        watch.rebalanced()
        #expect(!watch.isBetweenJoinAndAssignment)
    }

    private func line(_ former: String, _ next: String) -> String {
        "[thrd:main]: Group \"g -> x\" changed join state \(former) -> \(next) (state up)"
    }
}
