import Logging
import ServerRuntime
import TestKit
import Testing

@testable import OpenIM

@Suite struct StartupCheckTests {
    private struct Refused: Error, CustomStringConvertible {
        let description = "connection refused"
    }

    private func check(_ parts: [OpenIM.StackPart]) -> StartupCheck {
        StartupCheck(
            parts: parts,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            backoff: Backoff(initial: .milliseconds(1), maximum: .milliseconds(5))
        )
    }

    private func present(_ name: String) -> OpenIM.StackPart {
        OpenIM.StackPart(name: name, address: "here") {}
    }

    private func absent(_ name: String, _ address: String) -> OpenIM.StackPart {
        OpenIM.StackPart(name: name, address: address) { throw Refused() }
    }

    @Test func `it returns when every part answers`() async throws {
        try await self.check([]).wait(atMost: .seconds(1))
        try await self.check([self.present("Redis"), self.present("Kafka")]).wait(atMost: .seconds(10))
    }

    @Test func `a part that comes up later is waited for`() async throws {
        let calls = Counter()
        let part = OpenIM.StackPart(name: "Redis", address: "here") {
            if calls.add() < 5 { throw Refused() }
        }
        try await self.check([part, self.present("Kafka")]).wait(atMost: .seconds(60))
        #expect(calls.value == 5)
    }

    @Test func `at the deadline it names each missing part with address and error`() async throws {
        let parts = [
            self.present("Kafka"), self.absent("Redis", "127.0.0.1:16379"), self.absent("MongoDB", "a:1,b:2"),
        ]
        let begin = ContinuousClock.now
        let error = await #expect(throws: StartupCheck.Failure.self) {
            try await self.check(parts).wait(atMost: .milliseconds(60))
        }
        #expect(ContinuousClock.now - begin >= .milliseconds(60))
        #expect(ContinuousClock.now - begin < .seconds(60))
        #expect(
            error?.missing == [
                "MongoDB at a:1,b:2: connection refused", "Redis at 127.0.0.1:16379: connection refused",
            ]
        )
        #expect(error?.description.contains("Kafka") == false)
    }

    @Test func `a deadline of zero still asks once`() async throws {
        try await self.check([self.present("Redis")]).wait(atMost: .zero)
        await #expect(throws: StartupCheck.Failure.self) {
            try await self.check([self.absent("Redis", "x")]).wait(atMost: .zero)
        }
    }

    @Test func `a cancelled start gives up at once`() async throws {
        let calls = Counter()
        let part = OpenIM.StackPart(name: "Redis", address: "here") {
            calls.add()
            throw Refused()
        }
        let task = Task { try await self.check([part]).wait(atMost: .seconds(3600)) }
        let hasBegun = try await eventually(within: .seconds(60)) { calls.value > 0 }
        #expect(hasBegun)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
