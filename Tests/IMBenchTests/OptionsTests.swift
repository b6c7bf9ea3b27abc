import ArgumentParser
import Testing

@testable import IMBench

@Suite struct OptionsTests {
    private static let gateway = LoadPlan.Gateway(host: "127.0.0.1", port: 10_001)

    @Test func `without options two hundred users in pairs saturate the server`() throws {
        let plan = try LoadOptions.parse([]).plan(default: Self.gateway)
        #expect(plan.connections == 200)
        #expect(plan.chats == 100)
        #expect(plan.senders == 200)
        #expect(plan.pace == .saturation(window: 4))
        #expect(plan.gateways == [Self.gateway])
        #expect(plan.reconnects)
    }

    @Test func `of a group one member sends unless told otherwise`() throws {
        let plan = try LoadOptions.parse(["--connections", "1000", "--chat-size", "1000"]).plan(default: Self.gateway)
        #expect(plan.chats == 1)
        #expect(plan.senders == 1)
        #expect(plan.sends(0))
        #expect(!plan.sends(1))
    }

    @Test func `a rate, a number of messages and gateways are taken over`() throws {
        let arguments = [
            "--rate", "250", "--messages", "9", "--gateway", "[::1]:7", "--gateway", "b:8", "--no-reconnect",
        ]
        let plan = try LoadOptions.parse(arguments).plan(default: Self.gateway)
        #expect(plan.pace == .rate(250))
        #expect(plan.limit == .messages(9))
        #expect(plan.gateways == [.init(host: "[::1]", port: 7), .init(host: "b", port: 8)])
        #expect(!plan.reconnects)
    }

    @Test(
        arguments: [
            ["--connections", "3"], ["--connections", "0"], ["--chat-size", "1"], ["--rate", "0"], ["--window", "0"],
            ["--compression", "zip"], ["--gateway", "nowhere"], ["--body", "1"], ["--duration", "-1"],
            ["--senders-per-chat", "3"], ["--messages", "0"], ["--threads", "0"],
        ]
    )
    func `values outside their range are refused`(arguments: [String]) {
        #expect(throws: (any Error).self) { try LoadOptions.parse(arguments) }
    }
}
