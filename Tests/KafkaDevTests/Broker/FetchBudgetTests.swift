import NIOCore
import TestKit
import Testing

@testable import KafkaDev

@Suite struct FetchBudgetTests {
    /// A broker with ten batches of some 10 kB, which sends at most 40 kB at a time.
    private func withBroker(_ body: (BrokerFixture) async throws -> Void) async throws {
        var settings = BrokerFixture.settings
        settings.limits.batchBytesMax = 12_000
        settings.limits.fetchBytesInFlightMax = 40_000
        try await BrokerFixture.with(ForgetfulFileLayer(), settings) { broker in
            for _ in 0..<10 { _ = try await broker.produce(TestBatch(valueBytes: 10_000)) }
            try await body(broker)
        }
    }

    private func force(_ bytes: Int, _ broker: BrokerFixture) async throws {
        try await broker.loop.submit { broker.broker.value.fetchBudget.force(bytes) }.get()
    }

    private func release(_ bytes: Int, _ broker: BrokerFixture) async throws {
        try await broker.loop.submit { broker.broker.value.fetchBudget.release(bytes) }.get()
    }

    @Test func `a fetch waits while too much is being sent, and goes on when that is gone`() async throws {
        try await self.withBroker { broker in
            try await self.force(35_000, broker)
            let began = ContinuousClock.now
            async let first = broker.fetch(from: 0, wait: 20_000, connection: 1)
            async let second = broker.fetch(from: 0, wait: 20_000, connection: 2)
            let isWaiting = try await eventually {
                try await broker.loop.submit { broker.broker.value.heldBackFetches.count }.get() == 2
            }
            #expect(isWaiting)
            try await self.release(35_000, broker)
            #expect(try await first.records?.readableBytes ?? 0 > 10_000)
            #expect(try await second.records?.readableBytes ?? 0 > 10_000)
            #expect(ContinuousClock.now - began < .seconds(15))
        }
    }

    @Test func `a fetch that waited for others long enough is answered without records`() async throws {
        try await self.withBroker { broker in
            try await self.force(35_000, broker)
            for wait in [Int32(0), 200] {
                let result = try await broker.fetch(from: 0, wait: wait)
                #expect(result.error == .none)
                #expect(result.records?.readableBytes ?? 0 == 0)
                #expect(result.highWatermark == 10)
            }
            // Who asks for what is not there waits for it as ever.
            let end = try await broker.fetch(from: 10)
            #expect(end.error == .none)
            #expect(try await broker.loop.submit { broker.broker.value.heldBackFetches.isEmpty }.get())
            try await self.release(35_000, broker)
            #expect(try await broker.fetch(from: 0).records?.readableBytes ?? 0 > 10_000)
        }
    }

    @Test func `a connection that closes no longer waits`() async throws {
        try await self.withBroker { broker in
            try await self.force(35_000, broker)
            let frame = try BrokerFixture.frame(FetchAPI.self, 4) {
                $0.waitMaxMilliseconds = 60_000
                $0.bytesMin = 1
                var part = FetchAPI.Partition()
                part.bytesMax = 1_000
                $0.topics = [.init(name: "t", partitions: [part])]
            }
            let isHeldBack = try await broker.loop.submit {
                broker.broker.value.receive(frame, connection: 7, clientHost: "h") { _ in }
                return broker.broker.value.heldBackFetches == [7]
            }.get()
            #expect(isHeldBack)
            let isGone = try await broker.loop.submit {
                broker.broker.value.connectionClosed(7)
                return broker.broker.value.heldBackFetches.isEmpty && broker.broker.value.fetches.isEmpty
            }.get()
            #expect(isGone)
            try await self.release(35_000, broker)
        }
    }

    @Test func `one answer never takes all that may be sent`() async throws {
        var settings = BrokerFixture.settings
        settings.limits.batchBytesMax = 12_000
        settings.limits.fetchBytesInFlightMax = 160_000
        try await BrokerFixture.with(ForgetfulFileLayer(), settings) { broker in
            for _ in 0..<10 { _ = try await broker.produce(TestBatch(valueBytes: 10_000)) }
            let bytes = try await broker.fetch(from: 0).records?.readableBytes ?? 0
            #expect((20_000...40_000).contains(bytes))
        }
    }
}
