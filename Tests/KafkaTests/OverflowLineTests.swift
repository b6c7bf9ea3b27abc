import ServerRuntime
import TestKit
import Testing

@testable import Kafka

@Suite struct OverflowLineTests {
    private static func batch(_ count: Int) -> DeliveryBatch {
        let records = (0..<count).map { KafkaProducerRecord(topic: "t", value: [UInt8(truncatingIfNeeded: $0)]) }
        return DeliveryBatch(records, deadline: .after(.seconds(1)))
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `the line agrees with a list, however senders come and go`(seed: Seed) {
        var random = seed.generator()
        var line = OverflowLine()
        var model: [(batch: DeliveryBatch, index: Int)] = []
        var known: [DeliveryBatch] = []
        for step in 0..<20_000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<3:
                let batch = Self.batch(Int.random(in: 1...4, using: &random))
                let first = Int.random(in: 0...batch.records.count, using: &random)
                line.append(batch, from: first)
                model += (first..<batch.records.count).map { (batch, $0) }
                known.append(batch)
            case 3..<8:
                line.removeFirst()
                if !model.isEmpty { model.removeFirst() }
            case 8:
                guard let batch = known.randomElement(using: &random) else { continue }
                let removed = Array(line.remove(batch))
                #expect(removed == model.filter { $0.batch === batch }.map(\.index), "seed \(seed), step \(step)")
                model.removeAll { $0.batch === batch }
            default:
                guard Int.random(in: 0..<50, using: &random) == 0 else { continue }
                let all = line.removeAll()
                #expect(all.map(\.index) == model.map(\.index), "seed \(seed), step \(step)")
                model = []
            }
            let isSame = line.first?.batch === model.first?.batch && line.first?.index == model.first?.index
            #expect(isSame && line.recordCount == model.count, "seed \(seed), step \(step)")
            #expect(line.isEmpty == model.isEmpty, "seed \(seed), step \(step)")
            if known.count > 50 { known.removeFirst(25) }
        }
    }
}
