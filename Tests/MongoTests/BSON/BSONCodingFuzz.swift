import FoundationEssentials
import TestKit
import Testing

@testable import Mongo

@Suite struct BSONCodingFuzz {
    @Test(arguments: FuzzBudget.seeds) func `encoded values come back as they were`(seed: Seed) async throws {
        var random = RandomBSON(seed.generator())
        for input in 0..<FuzzBudget.inputs(usual: 1_000) {
            if input.isMultiple(of: 100) {
                await Task.yield()  // leaves the threads to tests that watch the clock
            }
            let message = Self.message(&random)
            let document = try BSONEncoder().encode(message)
            guard LibBSON.validates(document.bytes), try document.decoded(as: CodedMessage.self) == message else {
                Issue.record("\(seed), input \(input): \(document.bytes)")
                return
            }
        }
    }

    @Test(arguments: FuzzBudget.seeds) func `decoding any document ends with a value or an error`(
        seed: Seed
    ) async throws {
        var random = RandomBSON(seed.generator())
        let sample = try BSONEncoder().encode(CodedMessage.sample).bytes
        var accepted = 0
        for input in 0..<FuzzBudget.inputs(usual: 1_000) {
            if input.isMultiple(of: 100) {
                await Task.yield()  // leaves the threads to tests that watch the clock
            }
            guard let document = try? BSONDocument(validating: random.mutated(sample)) else { continue }
            accepted += (try? document.decoded(as: CodedMessage.self)) == nil ? 0 : 1
        }
        #expect(accepted > 0, "\(seed)")
    }

    private static func message(_ random: inout RandomBSON) -> CodedMessage {
        var message = CodedMessage.sample
        message.kind = random.below(2) == 0 ? .text : .picture
        message.seq = random.int64()
        message.status = Int32(truncatingIfNeeded: random.int64())
        message.size = UInt16(truncatingIfNeeded: random.int64())
        message.ratio = Double(random.int64()) / 3
        message.share = Float(random.below(1_000)) / 7
        message.users = random.below(2) == 0 ? nil : (0..<random.below(4)).map { _ in random.text(zeros: true) }
        message.options = [random.text(): true]
        message.options[random.text()] = false
        message.at = Date(timeIntervalSince1970: Double(random.below(1 << 42)) / 1_000)
        message.data = Data(random.bytes())
        message.raw = random.bytes()
        message.extra = random.document(levels: 0, keysMax: 3)
        message.matrix = (0..<random.below(3)).map { _ in (0..<random.below(3)).map { _ in Int(random.int64()) } }
        message.big = random.random.next() >> 1
        return message
    }
}
