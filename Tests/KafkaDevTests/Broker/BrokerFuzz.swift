import NIOCore
import TestKit
import Testing

@testable import KafkaDev

@Suite struct BrokerFuzz {
    @Test(arguments: FuzzBudget.seeds)
    func `random requests of every kind are answered or refused, and the broker lives`(
        seed: Seed
    ) async throws {
        try await BrokerFixture.with(setting: \.limits.partitionsMax, to: 50) { broker in
            var random = seed.generator()
            let apis = EveryAPI.all
            for _ in 0..<FuzzBudget.inputs(usual: 600) {
                let api = apis[Int.random(in: apis.indices, using: &random)]
                let version = Int16.random(in: api.key.versions, using: &random)
                var frame = ByteBuffer()
                frame.writeMultipleIntegers(api.key.rawValue, version, Int32(1), Int16(-1))
                if api.key.isFlexible(version) { frame.writeInteger(UInt8(0)) }
                frame.writeImmutableBuffer(try api.randomRequest(version, &random))
                for _ in 0..<Int.random(in: 0...3, using: &random) {
                    let index = Int.random(in: 0..<frame.readableBytes, using: &random)
                    frame.setInteger(UInt8.random(in: .min ... .max, using: &random), at: index)
                }
                let given = frame
                broker.loop.execute { broker.broker.value.receive(given, connection: 1, clientHost: "") { _ in } }
            }
            #expect(try await broker.produce(TestBatch()).error == .none, "\(seed)")
        }
    }
}
