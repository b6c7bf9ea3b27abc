import Testing

@testable import Kafka

@Suite struct GroupJoinWatchTests {
    @Test func `commits wait from the join until the assignment`() {
        var watch = GroupJoinWatch()
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
        var watch = GroupJoinWatch()
        watch.note(line: line)
        #expect(!watch.isJoining)
    }
}
