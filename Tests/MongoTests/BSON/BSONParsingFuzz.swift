import TestKit
import Testing

@testable import Mongo

@Suite struct BSONParsingFuzz {
    @Test(arguments: FuzzBudget.seeds)
    func `of damaged documents those are taken that libbson takes, and everything in them can be read`(
        seed: Seed
    ) async {
        var random = RandomBSON(seed.generator())
        let originals = (0..<200).map { _ in random.document(levels: 3).bytes } + BSONCorpus.all.map(\.bytes)
        var accepted = 0
        for input in 0..<FuzzBudget.inputs(usual: 4_000) {
            if input.isMultiple(of: 100) {
                await Task.yield()  // leaves the threads to tests that watch the clock
            }
            let bytes = random.mutated(originals[random.below(originals.count)])
            let document = try? BSONDocument(validating: bytes)
            if (document != nil) != LibBSON.accepts(bytes), document != nil || !Self.isCodeWithoutEnd(bytes) {
                Issue.record("\(seed), input \(input): \(document != nil ? "only we take" : "refused here") \(bytes)")
                return
            }
            guard let document else { continue }
            let isUTF8 = (try? BSONDocument(validating: bytes, requiringUTF8: true)) != nil
            accepted += 1
            if isUTF8, !LibBSON.validates(bytes) {
                Issue.record("\(seed), input \(input): refused by bson_validate: \(bytes)")
                return
            }
            let anew = BSONWalk.rewritten(document)
            if isUTF8, anew.bytes != bytes, !BSONWalk.hasOddArrayKeys(document) {
                Issue.record("\(seed), input \(input): changed by reading and writing: \(bytes)")
                return
            }
        }
        #expect(accepted > 0, "\(seed)")
    }

    @Test(arguments: FuzzBudget.seeds)
    func `a reader of unchecked bytes refuses what checking refuses`(seed: Seed) async {
        var random = RandomBSON(seed.generator())
        let originals = (0..<200).map { _ in random.document(levels: 3).bytes }
        for input in 0..<FuzzBudget.inputs(usual: 4_000) {
            if input.isMultiple(of: 100) {
                await Task.yield()  // leaves the threads to tests that watch the clock
            }
            let bytes = random.mutated(originals[random.below(originals.count)])
            let isRead: Bool
            do throws(MongoError) {
                try BSONReader.read(bytes.span.bytes, BSONWalk.readAll)
                isRead = true
            } catch {
                isRead = false
            }
            let isAccepted = (try? BSONDocument(validating: bytes)) != nil
            if isRead != isAccepted {
                Issue.record("\(seed), input \(input): read \(isRead), accepted \(isAccepted): \(bytes)")
                return
            }
        }
    }

    /// The one fault that libbson does not see.
    private static func isCodeWithoutEnd(_ bytes: [UInt8]) -> Bool {
        do throws(MongoError) {
            _ = try BSONDocument(validating: bytes)
            return false
        } catch {
            return error.message.contains("the code of code with scope does not end")
        }
    }
}
