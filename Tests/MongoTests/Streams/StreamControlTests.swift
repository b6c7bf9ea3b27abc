import Glibc
import ServerRuntime
import Testing

@testable import Mongo

@Suite struct StreamControlTests {
    @Test func `a call that is stopped before it begins does not begin`() {
        let control = StreamControl()
        #expect(control.stop(7) == .notBegun)
        let (stopped, other) = (
            control.begin(7, deadline: .after(.seconds(9))), control.begin(8, deadline: .after(.seconds(9)))
        )
        #expect(!stopped && other)
    }

    @Test func `a call that is stopped before it sends sends nothing`() {
        let control = StreamControl()
        _ = control.begin(1, deadline: .after(.seconds(9)))
        #expect(control.stop(1) == .nothingSent)
        let maySend = control.willSend(to: -1)
        #expect(!maySend && control.isStopped && !control.hasSent)
        let isStopped = control.end()
        #expect(isStopped)
    }

    @Test func `a call that is stopped after it sent has sent, also at its very end`() {
        let control = StreamControl()
        _ = control.begin(1, deadline: .after(.seconds(9)))
        _ = control.willSend(to: -1)
        _ = control.end()
        #expect(control.stop(1) == .sent)
        let isNextFree = control.begin(2, deadline: .after(.seconds(9)))
        #expect(isNextFree && !control.isStopped && !control.hasSent)
    }

    @Test func `a deadline can be moved forward and not back`() {
        let control = StreamControl()
        _ = control.begin(1, deadline: .after(.seconds(100)))
        control.shorten(to: .after(.seconds(200)))
        #expect(control.deadline < MonotonicTime.now.advanced(by: .seconds(101)))
        control.shorten(to: .now)
        #expect(control.deadline <= .now)
    }

    @Test func `names are looked up, addresses are taken as they are, and an unknown name is an error`() throws {
        let limit = MonotonicTime.now.advanced(by: .seconds(20))
        let numeric = try HostResolver.shared.addresses(host: "::1", port: 1, family: AF_UNSPEC, until: limit)
        #expect(numeric.map(\.family) == [AF_INET6])
        let named = try HostResolver.shared.addresses(host: "localhost", port: 1, family: AF_INET, until: limit)
        #expect(named.first?.family == AF_INET)
        #expect(throws: MongoError.self) {
            try HostResolver.shared.addresses(host: "no such host", port: 1, family: AF_UNSPEC, until: limit)
        }
    }
}
