import Synchronization
import Testing

@testable import OpenIM

@Suite struct ReadinessTests {
    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])

        var all: [String] { self.lines.withLock { $0 } }

        func add(_ line: String) {
            self.lines.withLock { $0.append(line) }
        }
    }

    @Test func `it announces once, when the last one has arrived, with all addresses`() {
        let lines = Lines()
        let readiness = Readiness(awaited: ["msggateway", "api", "stack"]) { lines.add($0) }
        readiness.arrived("msggateway", address: "ws://127.0.0.1:10001")
        readiness.arrived("stack")
        #expect(!readiness.isReady)
        #expect(lines.all == [])
        readiness.arrived("api", address: "http://127.0.0.1:10002")
        #expect(readiness.isReady)
        #expect(lines.all == ["openim is ready, api http://127.0.0.1:10002, msggateway ws://127.0.0.1:10001"])
        readiness.arrived("api", address: "http://127.0.0.1:1")
        #expect(lines.all.count == 1)
    }

    @Test func `names that nobody waits for change nothing`() {
        let lines = Lines()
        let readiness = Readiness(awaited: ["stack"]) { lines.add($0) }
        readiness.arrived("other", address: "x")
        #expect(!readiness.isReady)
        readiness.arrived("stack")
        #expect(lines.all == ["openim is ready"])
    }

    @Test func `arrivals of many tasks at once give one announcement`() async {
        let lines = Lines()
        let names = (0..<100).map { "part\($0)" }
        let readiness = Readiness(awaited: Set(names)) { lines.add($0) }
        await withTaskGroup { group in
            for name in names + names { group.addTask { readiness.arrived(name) } }
        }
        #expect(readiness.isReady)
        #expect(lines.all.count == 1)
    }
}
