import Foundation
import Kafka
import TestKit
import Testing

extension KafkaDevSuites {
    /// Groups whose members come, go and are killed under load, and a broker that is.
    @Suite(.serialized, .timeLimit(.minutes(30))) struct KafkaConsumerRebalanceTests {
        private static let isLong = ProcessInfo.processInfo.environment["LONG_TESTS"] == "1"

        /// Waits until the members have read all of the load, then stops them.
        private func finish(
            _ load: KafkaConsumerLoad,
            _ members: [KafkaConsumerMember],
            _ folder: String,
            brokerForgetsGroups: Bool = false
        ) async throws {
            func verdict() throws -> KafkaConsumerVerdict {
                KafkaConsumerVerdict(
                    try KafkaConsumerJournal.read(folder),
                    produced: load.produced,
                    brokerForgetsGroups: brokerForgetsGroups
                )
            }
            let isComplete = try await eventually(within: .seconds(40)) { try verdict().violations.isEmpty }
            for member in members {
                let code = try await member.stop()
                #expect(code == 0, "\(member.output.suffix(2000))")
            }
            let final = try verdict()
            #expect(isComplete)
            #expect(final.violations == [])
            print(
                "consumers: \(load.produced.reduce(0, +)) records, \(final.handedOn) handed on,",
                "\(final.repeated) again, \(final.starts) starts"
            )
        }

        @Test(arguments: [KafkaRebalanceProtocol.cooperative, .eagerRange])
        func `order and promises hold through random rebalances with members killed`(
            rebalanceProtocol: KafkaRebalanceProtocol
        ) async throws {
            let seed = Seed.fresh()
            var random = seed.generator()
            print("rebalances, \(rebalanceProtocol), \(seed)")
            try await KafkaDevProcess.with(["--topic", "t:8"]) { broker in
                let load = KafkaConsumerLoad()
                let loading = Task { try await load.run(broker.address) }
                var members: [KafkaConsumerMember] = []
                var killed = 0
                for step in 0..<(Self.isLong ? 500 : 50) {
                    let chance = Int.random(in: 0..<10, using: &random)
                    if members.count < 2 || (members.count < 5 && chance < 5) {
                        let name = "m\(step)"
                        members.append(
                            try KafkaConsumerMember(
                                name,
                                broker: broker.address,
                                folder: broker.folderPath,
                                seed: Seed(seed.value &+ UInt64(step)),
                                rebalanceProtocol: rebalanceProtocol
                            )
                        )
                    } else {
                        let member = members.remove(at: Int.random(in: 0..<members.count, using: &random))
                        if chance.isMultiple(of: 2) {
                            member.kill()
                            killed += 1
                        } else {
                            let code = try await member.stop()
                            #expect(code == 0, "\(seed): \(member.output.suffix(2000))")
                        }
                    }
                    try await Task.sleep(for: .milliseconds(Int.random(in: 50...450, using: &random)))
                }
                loading.cancel()
                try await loading.value
                print("rebalances, \(seed): \(killed) members killed")
                try await self.finish(load, members, broker.folderPath)
            }
        }

        @Test func `a broker that is killed and restarted loses nothing for its consumers`() async throws {
            let seed = Seed.fresh()
            var random = seed.generator()
            try await KafkaDevProcess.with(["--topic", "t:8"]) { broker in
                let load = KafkaConsumerLoad()
                let loading = Task { try await load.run(broker.address) }
                let members = try (0..<2).map { index in
                    try KafkaConsumerMember(
                        "m\(index)",
                        broker: broker.address,
                        folder: broker.folderPath,
                        seed: Seed(seed.value &+ UInt64(index))
                    )
                }
                for _ in 0..<(Self.isLong ? 60 : 4) {
                    try await Task.sleep(for: .milliseconds(Int.random(in: 300...2500, using: &random)))
                    broker.kill()
                    try await Task.sleep(for: .milliseconds(Int.random(in: 0...800, using: &random)))
                    try broker.start()
                    try await broker.waitUntilReady()
                }
                loading.cancel()
                try await loading.value
                print("broker restarts, \(seed)")
                try await self.finish(load, members, broker.folderPath, brokerForgetsGroups: true)
            }
        }
    }
}
